import {execFileSync} from 'node:child_process'
import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {run} from '../../src/process/run.js'
import {readSecrets, type FoundSecrets} from '../../src/secrets/read-secrets.js'

describe('secrets', () => {
  let folder = ''
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'brmc-secrets-')) })
  afterEach(() => rm(folder, {recursive: true}))

  const read = (names: string[], settings = {}, env: Record<string, string | undefined> = {}): Promise<FoundSecrets> =>
    readSecrets({folder, names, settings, run, env})
  const program = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, {mode: 0o755})
    return join(folder, name)
  }

  it('are taken from the first that has them: environment, file, command', async () => {
    await writeFile(join(folder, 'secrets.yaml'), 'a: file\nb: file\nwifi-c: file\n', {mode: 0o600})
    const command = await program('ask', 'echo "$1 of $2"')
    const {values, sources} = await read(['a', 'b', 'wifi-c', 'd'], {command: [command, 'secret']}, {BRMC_SECRET_A: 'environment', BRMC_SECRET_WIFI_C: '', BRMC_SECRET_X: 'x'})
    expect([...values]).to.deep.equal([['a', 'environment'], ['b', 'file'], ['wifi-c', 'file'], ['d', 'secret of d']])
    expect([...sources.values()]).to.deep.equal(['environment', 'secrets.yaml', 'secrets.yaml', 'command'])
  })

  it('are texts, whatever they look like', async () => {
    await writeFile(join(folder, 'secrets.yaml'), 'number: 12345678\nyes: true\nzero: 0012\nquoted: "a: b # c"\nnothing: ~\n', {mode: 0o600})
    expect(Object.fromEntries((await read(['number', 'yes', 'zero', 'quoted', 'nothing'])).values)).to.deep.equal({number: '12345678', yes: 'true', zero: '0012', quoted: 'a: b # c', nothing: '~'})
  })

  it('come from a command without a shell, whose last line end does not count', async () => {
    const command = await program('ask', 'printf "%s\\n\\n" "$1"')
    expect((await read(['a'], {command: [command]})).values.get('a')).to.equal('a\n')
    const {values, failures} = await read(['a'], {command: [await program('no', 'echo canary; echo canary >&2; exit 3')]})
    expect([values.size, failures?.get('a')]).to.deep.equal([0, 'the command that brmc.yaml names ended with status 3'])
  })

  it('of a command that is not there are told so', async () => {
    const error = await read(['a'], {command: ['no-such-program-here']}).then(() => undefined, (thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'TOOL_MISSING')
  })

  it('are read by age from secrets.age', async () => {
    execFileSync('age-keygen', ['-o', join(folder, 'key.txt')], {stdio: 'ignore'})
    const recipient = /age1\w+/.exec(await readFile(join(folder, 'key.txt'), 'utf8'))?.[0] ?? ''
    execFileSync('age', ['-r', recipient, '-o', join(folder, 'secrets.age')], {input: 'wifi: correct horse\n'})
    expect((await read(['wifi'], {ageIdentity: 'key.txt'})).values.get('wifi')).to.equal('correct horse')
    expect((await read(['wifi'], {}, {BRMC_AGE_IDENTITY: join(folder, 'key.txt')})).sources.get('wifi')).to.equal('secrets.age')

    execFileSync('age-keygen', ['-o', join(folder, 'other.txt')], {stdio: 'ignore'})
    const error = await read(['wifi'], {ageIdentity: 'other.txt'}).then(() => undefined, (thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).with.property('message', 'secrets.age could not be decrypted: age ended with status 1')
    expect((error as BrmcError).details.join('\n')).to.include('no identity matched')
  })

  it('leave age alone where the environment has all', async () => {
    await writeFile(join(folder, 'secrets.age'), 'not what age can read')
    expect((await read(['a'], {}, {BRMC_SECRET_A: 'x'})).values.get('a')).to.equal('x')
  })

  const files: [string, string, string[]][] = [
    ['what is not YAML', 'a: [\n', ['N152 2:1']],
    ['what is not a map', '- a\n', ['N152 1:1']],
    ['a value that is no text', 'ok: x\na: {b: canary}\n', ['N152 2:1']],
    ['nothing wrong', 'a: x\n', []],
  ]
  for (const [title, text, expected] of files) {
    it(`${title} in secrets.yaml is told without quoting it`, async () => {
      await writeFile(join(folder, 'secrets.yaml'), text, {mode: 0o600})
      const {findings = []} = await read(['a'])
      expect(findings.map(({rule, line, column}) => `${rule} ${line}:${column}`)).to.deep.equal(expected)
      expect(JSON.stringify(findings)).not.to.include('canary')
    })
  }

  it('that others can read, or git takes along, are warned of', async () => {
    const rules = async (): Promise<string[]> => ((await read(['a'])).findings ?? []).map(({rule, severity}) => `${rule} ${severity}`)
    const git = (...args: string[]): unknown => execFileSync('git', ['-C', folder, ...args], {stdio: 'ignore'})
    await writeFile(join(folder, 'secrets.yaml'), 'a: x\n')
    await chmod(join(folder, 'secrets.yaml'), 0o640)
    expect(await rules()).to.deep.equal(['N153 warning'])
    await chmod(join(folder, 'secrets.yaml'), 0o600)
    git('init', '-q')
    expect(await rules()).to.deep.equal(['N154 warning'])
    git('add', 'secrets.yaml')
    expect(await rules()).to.deep.equal(['N154 error'])
    git('rm', '-q', '--cached', 'secrets.yaml')
    await writeFile(join(folder, '.gitignore'), '/secrets.yaml\n')
    expect(await rules()).to.deep.equal([])
  })
})
