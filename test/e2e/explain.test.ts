import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {tmpdir} from 'node:os'

import {expect} from 'chai'

import {recorded} from '../base/buildroot/log/read-recorded.js'
import {brmc, jsonOf, PACKAGE_ROOT} from './command.js'

const RECORDED = `${PACKAGE_ROOT}/test/base/buildroot/log/recorded`

/** Runs `brmc explain -` with `text` on standard input. */
async function explainInput(text: string): Promise<{status: number | null, stdout: string}> {
  const child = spawn(process.execPath, [`${PACKAGE_ROOT}/bin/run.js`, 'explain', '-'], {cwd: tmpdir(), stdio: ['pipe', 'pipe', 'inherit']})
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString() })
  child.stdin.end(text)
  const [status] = await once(child, 'close') as [number | null]
  return {status, stdout}
}

describe('brmc explain', function () {
  this.timeout(60_000)

  it('prints package, step, lines, cause and way out of a log, without a project', async () => {
    const {status, stdout, stderr} = await brmc(['explain', `${RECORDED}/missing-header.log`], {cwd: tmpdir()})
    expect({status, stderr}).to.deep.equal({status: 0, stderr: ''})
    expect(stdout).to.match(/^compbad 5\.0: Building failed\n {2}main\.c:2:10: fatal error: libmnl\/libmnl\.h: .*\n/)
    expect(stdout).to.match(/\n\nCause \(line \d+\): main\.c:2 wants .*\n {2}→ find the package/)
  })

  it('says the same as one object', async () => {
    const result = jsonOf(await brmc(['explain', `${RECORDED}/hash-mismatch.log`, '--json'], {cwd: tmpdir()}))
    expect(result).to.nested.include({
      'failure.package': 'hashbad', 'failure.version': '1.2', 'failure.step': 'Downloading', 'failure.explanations[0].name': 'hash-mismatch',
    })
  })

  it('reads standard input, with the time that GitHub puts before each line', async () => {
    const {status, stdout} = await explainInput(recorded('gcc-version').replaceAll(/^/gm, '2026-01-01T00:00:00.0000000Z '))
    expect(status).to.equal(0)
    expect(stdout).to.match(/^toolchain-external-custom: Configuring failed\n[^]*BR2_TOOLCHAIN_EXTERNAL_GCC_12=y/)
  })

  it('says plainly that it knows no cause, that nothing failed, that it is no log of Buildroot', async () => {
    expect(await brmc(['explain', `${RECORDED}/unknown.log`], {cwd: tmpdir()})).to.include({status: 0}).and.to.have.property('stdout').that.contains('No well-known cause')
    expect(await brmc(['explain', `${RECORDED}/went-well.log`], {cwd: tmpdir()})).to.include({status: 2}).and.to.have.property('stdout').that.contains('no failure')
    expect(await explainInput('hello\n')).to.deep.equal({status: 2, stdout: "1 lines and no message of Buildroot's among them: is it the whole output of make?\n"})
  })

  for (const [what, file, words] of [['a file that is not there', 'nowhere.log', 'no such file'], ['a folder', '.', 'is a folder']] as const) {
    it(`refuses ${what}`, async () => {
      const {status, stderr} = await brmc(['explain', file], {cwd: tmpdir()})
      expect(status).to.equal(2)
      expect(stderr).to.contain(words).and.not.to.contain('    at ')
    })
  }
})
