import {expect} from 'chai'

import {BuildLog} from '../../../../src/base/buildroot/log/build-log.js'
import {buildFailure} from '../../../../src/base/buildroot/log/build-failure.js'
import {logOf, recorded} from './read-recorded.js'

describe('base/buildroot/log/build-failure', () => {
  it('says package, step and lines, then cause, way out and where the whole log is', () => {
    const error = buildFailure(logOf(recorded('gcc-version')), {logFile: 'build/bases/abc/build.log', exitCode: 2})
    expect([error.code, error.exitCode, error.message]).to.deep.equal(['BUILD_FAILED', 52, 'toolchain-external-custom: Configuring failed'])
    expect(error.details).to.deep.equal(['Incorrect selection of gcc version: expected 13.x, got 12'])
    expect(error.suggestions).to.deep.equal([
      "the toolchain's gcc is 12, the configuration says 13.x",
      'say what it is: BR2_TOOLCHAIN_EXTERNAL_GCC_12=y (buildroot.toolchain in brmc.yaml), or take another toolchain',
      'full log: build/bases/abc/build.log',
      'see it explained again with: brmc explain build/bases/abc/build.log',
    ])
  })

  it('names the other packages that failed, and quotes the path of the log for a shell', () => {
    const {suggestions} = buildFailure(logOf(recorded('parallel')), {logFile: "it's here/build.log", exitCode: 2})
    expect(suggestions).to.include('failed too: compbad, patchbad')
    expect(suggestions.at(-1)).to.contain(String.raw`brmc explain 'it'\''s here/build.log'`)
  })

  it('names the sources that are wanted where no download can go well, and only there', () => {
    const missing = ['netless/netless-3.1.tar.gz', 'zlib/zlib-1.3.tar.xz']
    const told = (name: string): string => buildFailure(logOf(recorded(name)), {logFile: 'x.log', exitCode: 2, missing}).suggestions.join('\n')
    expect(told('no-network')).to.contain('the download folder does not have: netless/netless-3.1.tar.gz, zlib/zlib-1.3.tar.xz\n')
    expect(told('hash-mismatch')).not.to.contain('zlib')
  })

  it('knows a container that was killed by its status, for its log tells nothing', () => {
    const error = buildFailure(logOf('\u001B[7m>>> linux 6.12.61 Building\u001B[27m\n  CC      kernel/fork.o'), {logFile: 'x.log', exitCode: 137})
    expect(error.message).to.equal('Buildroot ended with status 137, and its log does not say why')
    expect(error.details).to.deep.equal(['  CC      kernel/fork.o'])
    expect(error.suggestions[0]).to.contain('memory')
    expect(buildFailure(new BuildLog(), {logFile: 'x.log', exitCode: 1}).suggestions[0]).to.equal('full log: x.log')
  })
})
