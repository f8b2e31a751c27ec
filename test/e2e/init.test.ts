import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {brmc, PACKAGE_ROOT} from './command.js'

describe('brmc init', function () {
  this.timeout(120_000)
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-init-'))
  })

  afterEach(async () => {
    await chmod(folder, 0o755)
    await rm(folder, {recursive: true, force: true})
  })

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['--country', 'P', /--country: "P" is not right/],
    ['--country', 'XX', /--country: .* no country XX/],
    ['--country', '', /--country: /],
    ['--passphrase', 'short', /--passphrase: .*8 to 63/],
    ['--passphrase', 'a'.repeat(64), /--passphrase: /],
    ['--passphrase', 'two\nlines here', /--passphrase: /],
    ['--ssid', '', /--ssid: /],
    ['--ssid', 'ü'.repeat(17), /--ssid: .*32 bytes/],
    ['--name', 'a b', /--name: .*host name/],
    ['--name', '../x', /--name: /],
    ['--name', '', /--name: /],
    ['--board', 'pdp11', /--board=pdp11/],
  ]

  it('writes nothing where brmc check would refuse the project', async () => {
    for (const [flag, value, words] of refused) {
      const {status, stdout, stderr} = await brmc(['init', 'router', `${flag}=${value}`], {cwd: folder})
      expect({status, stdout}, `${flag} ${value}`).to.deep.equal({status: 2, stdout: ''})
      expect(stderr).to.match(words)
      if (flag === '--passphrase') expect(stderr).to.not.contain(value)
      expect(await readdir(folder)).to.deep.equal([])
    }
  })

  it('what it writes passes brmc check --strict, whatever the folder and the values', async () => {
    const taken: readonly (readonly string[])[] = [
      ['Ünï cödé "q" \'x\''], ['123'], ['long'.repeat(40)], ['null', '--ssid', '~'],
      ['quotes', '--passphrase', 'q"uo\'te: #x', '--ssid', ' sp # " '], ['upper', '--name', 'UPPER', '--country', 'pt'],
    ]
    for (const args of taken) {
      expect(await brmc(['init', ...args], {cwd: folder}), args.join(' ')).to.include({status: 0, stderr: ''})
      const checked = await brmc(['check', '--strict', '--project', args[0] ?? ''], {cwd: folder})
      expect(checked.status, checked.stdout).to.equal(0)
    }
  })

  it('refuses a folder that is not empty, a file, and a link that leads nowhere; in words', async () => {
    await writeFile(join(folder, 'file'), 'mine')
    await symlink('nowhere', join(folder, 'link'))
    for (const [target, status] of [['.', 13], ['file', 13], ['file/below', 13], ['link', 2]] as const) {
      const ended = await brmc(['init', target], {cwd: folder})
      expect(ended.status, `${target}: ${ended.stderr}`).to.equal(status)
      expect(ended.stderr).to.not.match(/^\s+at |defect/m)
    }
    expect((await readdir(folder)).sort()).to.deep.equal(['file', 'link'])
  })

  it('needs no right to write beside the folder, and clears away what a killed run left', async () => {
    const project = join(folder, 'own')
    await mkdir(join(project, '.brmc-init-killed'), {recursive: true})
    await chmod(project, 0o777)
    await chmod(folder, 0o555)
    const user = process.getuid?.() === 0 ? {uid: 65_534, gid: 65_534} : {}
    const packageReadable = spawnSync('cat', [join(PACKAGE_ROOT, 'package.json')], user).status === 0
    const ended = await brmc(['init', '.'], {cwd: project, ...packageReadable && user})
    expect(ended.status, ended.stderr).to.equal(0)
    expect((await readdir(project)).filter(name => name.startsWith('.brmc-init'))).to.deep.equal([])
  })

  // A real terminal of script(1): keys go in as a user types them, each once its question is there.
  const onTerminal = async (typed: readonly (readonly [question: string, keys: string])[]): Promise<{status: number | null, stdout: string}> => {
    const child = spawn('script', ['-qec', `"${process.execPath}" "${PACKAGE_ROOT}/bin/run.js" init router`, '/dev/null'], {cwd: folder, stdio: ['pipe', 'pipe', 'inherit']})
    const waiting = [...typed]
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      const [next] = waiting
      if (!next || !stdout.includes(next[0])) return
      waiting.shift()
      child.stdin.write(next[1])
    })
    const [status] = await once(child, 'close') as [number | null]
    return {status, stdout}
  }

  it('asks on a terminal, and takes what is typed', async () => {
    const {status, stdout} = await onTerminal([['Name [', 'lisbon\n'], ['Board (', '\n'], ['Country whose', 'PT\n']])
    expect(status, stdout).to.equal(0)
    const text = await readFile(join(folder, 'router/brmc.yaml'), 'utf8')
    expect(text).to.match(/^name: lisbon$/m).and.match(/country: PT /).and.match(/^board: raspberrypi4-64$/m)
  })

  for (const [name, key] of [['Ctrl-C', '\u0003'], ['Ctrl-D', '\u0004']] as const) {
    it(`${name} at a question ends it with 130, and nothing is written`, async () => {
      const {status, stdout} = await onTerminal([['Name [', 'lisbon\n'], ['Board (', key]])
      expect(status, stdout).to.equal(130)
      expect(stdout).to.not.match(/Warning|^\s+at /m)
      expect(await readdir(folder)).to.deep.equal([])
    })
  }
})
