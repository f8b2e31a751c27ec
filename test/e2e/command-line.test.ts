import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {openSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {spawnSync} from 'node:child_process'

import {expect} from 'chai'

import {brmc, jsonOf, PACKAGE_ROOT, type Ended} from './command.js'

interface Told {
  error: {code: string, exitCode: number, message: string, suggestions: string[]}
}

/** What a user meets who mistypes, has no project, or reads only the first line. */
describe('the command line', function () {
  this.timeout(60_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-line-'))
    expect(await brmc(['init', 'router', '--country', 'PT'], {cwd: folder})).to.include({status: 0, stderr: ''})
    await writeFile(join(folder, 'file'), '')
  })

  after(async () => {
    await rm(folder, {recursive: true, force: true})
  })

  const cases: readonly (readonly [string, number, RegExp, RegExp?])[] = [
    ['nonsense', 2, /there is no command nonsense/],
    ['chek', 2, /there is no command chek/, /did you mean brmc check\?/],
    ['config shwo', 2, /there is no command config shwo/, /did you mean brmc config show\?/],
    ['check extra', 2, /brmc check takes no argument extra/, /brmc check --help/],
    ['config schema extra', 2, /brmc config schema takes no argument extra/],
    ['--json', 2, /no command is named/],
    ['check --nonsense', 2, /^Nonexistent flag: --nonsense$/, /brmc check --help/],
    ['image --base foo', 2, /one of: debian, buildroot/],
    ['test --timeout 1', 2, /^--timeout: .* 5 /],
    ['check --project nowhere', 2, /^--project: .*nowhere/],
    ['check --project file', 2, /^--project: .*file/],
    ['check', 14, /there is no brmc.yaml/],
    ['generate', 14, /there is no brmc.yaml/],
    ['image', 14, /there is no brmc.yaml/],
    ['upgrade', 14, /there is no brmc.yaml/],
    ['config show nosuch --project router', 2, /there is no deployment nosuch/, /default, lab/],
    ['test', 14, /there is no brmc.yaml/],
    ['test nosuch --project router', 2, /there is no deployment nosuch/, /default, lab/],
    ['test --project router/overlays', 2, /router\/build\/images\/default\/sdcard.img/, /brmc image default/],
    ['image nosuch --project router', 2, /there is no deployment nosuch/],
  ]

  for (const [line, status, message, way] of cases) {
    it(`brmc ${line}: status ${status}, the same in words and as one object`, async () => {
      const args = line.split(' ')
      const words = await brmc(args.filter(arg => arg !== '--json'), {cwd: folder})
      const ended = await brmc([...args, '--json'], {cwd: folder})
      const {error} = jsonOf(ended) as Told
      expect(ended).to.include({status, stderr: ''})
      expect(error.exitCode).to.equal(status)
      expect(error.message).to.match(message)
      if (way) expect(error.suggestions.join('\n')).to.match(way)
      if (line !== '--json') expect(words.stderr).to.contain(`${error.code}: ${error.message}`)
      expectWords(words)
    })
  }

  it('a full disk behind standard output is DISK_FULL, in words', () => {
    const {status, stderr} = spawnSync(process.execPath, [`${PACKAGE_ROOT}/bin/run.js`, 'config', 'schema'], {stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'], encoding: 'utf8'})
    expect(status).to.equal(23)
    expect(stderr).to.match(/^DISK_FULL: /)
    expect(stderr).to.not.match(/^\s+at /m)
  })

  it('a reader that goes away is no error', () => {
    const {stdout, stderr} = spawnSync('bash', ['-c', `set -o pipefail; "${process.execPath}" "${PACKAGE_ROOT}/bin/run.js" config schema | head -1; echo "\${PIPESTATUS[0]}"`], {encoding: 'utf8'})
    expect({stdout, stderr}).to.deep.equal({stdout: '{\n0\n', stderr: ''})
  })

  it('a passphrase on the command line is printed at no verbosity', async () => {
    const env = {DEBUG: '*', NODE_DEBUG: 'execa'}
    for (const args of [['init', 'secret', '--passphrase', 'correct horse'], ['init', 'secret', '--passphrase', 'correct horse', '--nonsense']]) {
      const {stdout, stderr} = await brmc(args, {cwd: folder, env})
      expect(`${stdout}${stderr}`).to.not.contain('correct horse')
    }
  })
})

function expectWords({stdout, stderr}: Ended): void {
  expect(`${stdout}${stderr}`).to.not.match(/undefined|\[object|^\s+at /m)
}
