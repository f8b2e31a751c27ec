import {stat} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join, resolve} from 'node:path'

import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import {isMissing} from '../files/system-error.js'
import type {Run} from '../process/run.js'
import type {ProjectSecrets} from '../spec/fill-secrets.js'
import type {Finding} from '../spec/finding.js'
import type {Spec} from '../spec/schema.js'
import {secretVariable} from '../spec/secret-reference.js'
import {secretTexts} from './secret-texts.js'

export interface SecretRequest {
  /** Absolute path of the project. */
  folder: string
  /** Of secrets that some file names. */
  names: readonly string[]
  settings: Spec['secrets']
  run: Run
  env?: Readonly<Record<string, string | undefined>>
}

const PLAIN_FILE = 'secrets.yaml'
const AGE_FILE = 'secrets.age'
const SOPS_FILE = 'secrets.enc.yaml'
/** Where sops looks too. */
const AGE_KEYS = '.config/sops/age/keys.txt'
/** Programs that run at the same time. */
const AT_ONCE = 4
const ANY_STATUS = Array.from({length: 256}, (_, status) => status)

export interface FoundSecrets extends ProjectSecrets {
  /** By name, where its value was found. */
  sources: ReadonlyMap<string, string>
}

/**
 * The values of these secrets: of each the first source that has it, environment, secrets.yaml, the encrypted files, the command. A source is
 * only asked where those before leave something open.
 * @throws BrmcError TOOL_MISSING, TOOL_FAILED where an encrypted file is there and cannot be read
 */
export async function readSecrets(request: SecretRequest): Promise<FoundSecrets> {
  const values = new Map<string, string>()
  const sources = new Map<string, string>()
  const failures = new Map<string, string>()
  const findings: Finding[] = []
  const open = (): string[] => request.names.filter(name => !values.has(name))
  const take = (source: string, found: ReadonlyMap<string, string>): void => {
    for (const name of open()) {
      const value = found.get(name)
      // CI systems set a variable to nothing where its secret is missing.
      if (value === undefined || value === '') continue
      values.set(name, value)
      sources.set(name, source)
    }
  }

  const {env = process.env} = request
  take('environment', new Map(request.names.flatMap(name => {
    const value = env[secretVariable(name)]
    return value === undefined ? [] : [[name, value]]
  })))
  for (const [file, read] of [[PLAIN_FILE, readPlain], [AGE_FILE, readAge], [SOPS_FILE, readSops]] as const) {
    if (open().length === 0) break
    const text = await read(join(request.folder, file), request)
    if (text === undefined) continue
    const parsed = secretTexts(text, file)
    findings.push(...parsed.findings)
    take(file, parsed.values)
  }

  const {command} = request.settings
  if (command) await askCommand(command, {request, names: open(), take, failures})
  return {values, sources, failures, findings: [...findings, ...await plainFileFindings(request)]}
}

async function readPlain(path: string): Promise<string | undefined> {
  return readTextIfThere(path)
}

async function readAge(path: string, {settings, folder, run, env = process.env}: SecretRequest): Promise<string | undefined> {
  if (await modeOf(path) === undefined) return undefined
  const identity = settings.ageIdentity ?? env['BRMC_AGE_IDENTITY'] ?? `~/${AGE_KEYS}`
  return decrypted('age', ['--decrypt', '--identity', resolve(folder, identity.replace(/^~(?=\/)/, homedir())), path], {run, folder, file: AGE_FILE})
}

async function readSops(path: string, {folder, run}: SecretRequest): Promise<string | undefined> {
  if (await modeOf(path) === undefined) return undefined
  return decrypted('sops', ['--decrypt', '--output-type', 'yaml', path], {run, folder, file: SOPS_FILE})
}

/** Of what the program printed, standard error alone may be shown: on standard output are the secrets. */
async function decrypted(program: string, args: readonly string[], {run, folder, file}: {run: Run, folder: string, file: string}): Promise<string> {
  const {stdout, stderr, exitCode} = await run(program, args, {cwd: folder, input: '', accept: ANY_STATUS})
  if (exitCode === 0) return stdout
  throw new BrmcError('TOOL_FAILED', `${file} could not be decrypted: ${program} ended with status ${exitCode}`, {
    details: stderr.trimEnd().split('\n').slice(-5),
    suggestions: [program === 'age' ? 'name the file of your key in brmc.yaml (secrets: {ageIdentity: …}) or in BRMC_AGE_IDENTITY' : `try it by hand: sops --decrypt ${file}`],
  })
}

interface Asking {
  request: SecretRequest
  names: readonly string[]
  take: (source: string, found: ReadonlyMap<string, string>) => void
  failures: Map<string, string>
}

async function askCommand([file = '', ...args]: readonly string[], {request: {run, folder}, names, take, failures}: Asking): Promise<void> {
  const waiting = [...names]
  await Promise.all(Array.from({length: AT_ONCE}, async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      // Neither output is shown: what the program says may be the secret itself.
      const {stdout, exitCode} = await run(file, [...args, name], {cwd: folder, input: '', accept: ANY_STATUS})
      if (exitCode === 0) take('command', new Map([[name, stdout.replace(/\r?\n$/, '')]]))
      else failures.set(name, `the command that brmc.yaml names ended with status ${exitCode}`)
    }
  }))
}

/** Who else can read the file, and does it go to where everybody can? */
async function plainFileFindings({folder, run, names}: SecretRequest): Promise<Finding[]> {
  const mode = names.length === 0 ? undefined : await modeOf(join(folder, PLAIN_FILE))
  if (mode === undefined) return []
  const at = {file: PLAIN_FILE, line: 1, column: 1, path: []}
  const git = async (...args: string[]): Promise<number> => run('git', [...args, '--', PLAIN_FILE], {cwd: folder, input: '', accept: ANY_STATUS}).then(({exitCode}) => exitCode, () => 128)
  const tracked = await git('ls-files', '--error-unmatch') === 0
  return [
    ...(mode & 0o077) === 0 ? [] : [{...at, rule: 'N153', severity: 'warning' as const, message: 'others on this machine can read the secrets', fix: `chmod 600 ${PLAIN_FILE}`}],
    ...tracked ? [{
      ...at, rule: 'N154', severity: 'error' as const, message: 'git tracks the secrets: whoever gets the repository has them',
      fix: `git rm --cached ${PLAIN_FILE}, write /${PLAIN_FILE} into .gitignore, and make new secrets if it was ever pushed`,
    }] : await git('check-ignore', '--quiet') === 1 ? [{
      ...at, rule: 'N154', severity: 'warning' as const, message: 'git does not ignore the secrets: the next git add takes them along', fix: `write /${PLAIN_FILE} into .gitignore`,
    }] : [],
  ]
}

async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(({mode}) => mode, (error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}
