import {spawn, execFileSync, type ChildProcess} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, readdirSync, rmSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'

/**
 * Kills a real build of base buildroot at ten moments, each time otherwise, and lets the next run go on; at the end the base has to be the one that an
 * undisturbed build made, byte for byte.
 *
 *   npm run test:killed -- --project DIR [--again PACKAGES] [--user NAME] [--restart-daemon COMMAND] [-- arguments of brmc image]
 *
 * The project's base must be there already (brmc image): it is what the result is compared with. The output starts from nothing, or with --again (names with
 * commas) without what these packages made. --from N leaves out the first N moments. As root with --user, brmc runs as that user.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    'project': {type: 'string'}, 'user': {type: 'string'}, 'again': {type: 'string'}, 'from': {type: 'string', default: '0'}, 'restart-daemon': {type: 'string'}, 'board': {type: 'string', default: 'raspberrypi3-64'},
  },
})
const project = resolve(values.project ?? '.')
const BRMC = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const LOG = join(project, 'build/buildroot', values.board, 'build.log')
const PATIENCE_SECONDS = 3600

type Way = 'kill -9 of brmc' | 'Ctrl-C' | 'stop of the container' | 'kill -9 of the container' | 'restart of the daemon'

/** Where in the log, and how. */
const MOMENTS: readonly {when: RegExp, way: Way}[] = [
  {when: /configuration written to/, way: 'kill -9 of brmc'},
  {when: />>> (linux|busybox) \S+ (Extracting|Patching)/, way: 'kill -9 of the container'},
  {when: />>> \S+ \S+ Configuring/, way: 'Ctrl-C'},
  {when: />>> \S+ \S+ Building/, way: 'kill -9 of brmc'},
  {when: />>> (linux|busybox) \S+ Building/, way: 'stop of the container'},
  {when: /^\s+CC\s.*\.o$/m, way: 'kill -9 of the container'},
  {when: />>> \S+ \S+ (Building|Installing)/, way: 'restart of the daemon'},
  {when: />>> \S+ \S+ Installing/, way: 'Ctrl-C'},
  {when: />>>\s+Finalizing target directory/, way: 'kill -9 of brmc'},
  // Not later: the root's archive is made in less time than a kill takes.
  {when: />>>\s+Sanitizing RPATH in target tree/, way: 'kill -9 of the container'},
]

const asUser = (command: string, args: readonly string[]): [string, string[]] =>
  values.user === undefined ? [command, [...args]] : ['setpriv', ['--reuid', values.user, '--regid', values.user, '--init-groups', '--', command, ...args]]

function startBrmc(): ChildProcess {
  const [command, args] = asUser(process.execPath, [BRMC, 'image', ...positionals])
  return spawn(command, args, {cwd: project, stdio: ['ignore', 'ignore', 'pipe'], env: {...process.env, ...values.user !== undefined && {HOME: `/home/${values.user}`}}})
}

const containers = (): string[] => execFileSync('docker', ['ps', '--quiet', '--filter', 'label=brmc.output'], {encoding: 'utf8'}).split('\n').filter(id => id !== '')

const WAYS: Readonly<Record<Way, (child: ChildProcess) => void>> = {
  'kill -9 of brmc': child => child.kill('SIGKILL'),
  'Ctrl-C': child => child.kill('SIGINT'),
  'stop of the container': () => { for (const id of containers()) execFileSync('docker', ['stop', '--time', '5', id]) },
  'kill -9 of the container': () => { for (const id of containers()) execFileSync('docker', ['kill', id]) },
  'restart of the daemon': child => {
    if (values['restart-daemon'] === undefined) WAYS['kill -9 of the container'](child)
    else execFileSync('sh', ['-c', values['restart-daemon']], {stdio: 'inherit'})
  },
}

interface Ended {
  status: number | null
  words: string
}

/** Runs brmc until the log says `when`, then does it; without a moment, to the end. */
async function runUntil(moment?: typeof MOMENTS[number]): Promise<Ended & {reached: boolean}> {
  rmSync(LOG, {force: true})
  const child = startBrmc()
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => { words += chunk.toString() })
  const ended = new Promise<Ended>(settle => child.on('close', status => { settle({status, words}) }))
  let reached = false
  const watching = (async () => {
    for (let tick = 0; moment && child.exitCode === null && child.signalCode === null && tick < PATIENCE_SECONDS * 5; tick++) {
      await sleep(200)
      if (!existsSync(LOG) || !moment.when.test(readFileSync(LOG, 'latin1'))) continue
      reached = true
      await sleep(Math.random() * 2000)
      WAYS[moment.way](child)
      return
    }
  })()
  const end = await ended
  await watching
  return {...end, reached}
}

const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

function baseOf(): {folder: string, files: Record<string, string>} {
  const bases = join(project, 'build/bases')
  const [key = ''] = readdirSync(bases).filter(name => !name.includes('.')).sort((a, b) => statSync(join(bases, b)).mtimeMs - statSync(join(bases, a)).mtimeMs)
  const folder = join(bases, key)
  const files = readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  // brmc keeps more beside a base than the base itself.
  const own = files.sort().filter(file => !file.endsWith('root.cpio'))
  return {folder, files: Object.fromEntries(own.map(file => [file.slice(folder.length + 1), digest(file)]))}
}

const undisturbed = baseOf()
console.log(`undisturbed base: ${undisturbed.folder}`)
rmSync(undisturbed.folder, {recursive: true})
// brmc's volume is named after project and board.
const volume = `brmc-output-${values.board}-${createHash('sha256').update(`${project}\0${values.board}`).digest('hex').slice(0, 12)}`
if (values.again === undefined) {
  execFileSync('docker', ['volume', 'rm', '--force', volume])
} else {
  const builder = execFileSync('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'brmc-builder'], {encoding: 'utf8'}).trim().split('\n')[0] ?? ''
  const script = 'cd /o && for name; do rm -rf build/$name build/$name-[0-9c]* per-package/$name; done; ls build'
  console.log(execFileSync('docker', ['run', '--rm', '--network', 'none', '--volume', `${volume}:/o`, '--entrypoint', 'sh', builder, '-c', script, 'sh', ...values.again.split(',')], {encoding: 'utf8'}))
}

let missed = 0
for (const moment of MOMENTS.slice(Number(values.from))) {
  const started = Date.now()
  const {status, words, reached} = await runUntil(moment)
  if (!reached || status === 0) missed++
  const last = words.trim().split('\n').filter(line => !line.startsWith('›')).slice(-3).join(' | ')
  console.log(`${!reached ? 'MISSED' : status === 0 ? 'LATE  ' : 'hit   '} ${moment.when.source}: ${moment.way}; status ${status ?? 'none'} after ${Math.round((Date.now() - started) / 1000)} s${last === '' ? '' : `; said: ${last}`}`)
}

const started = Date.now()
const {status, words} = await runUntil()
console.log(`last run: status ${status ?? 'none'} after ${Math.round((Date.now() - started) / 1000)} s`)
if (status !== 0) console.log(words)
const after = status === 0 ? baseOf().files : {}
const differing = Object.keys(undisturbed.files).filter(name => undisturbed.files[name] !== after[name])
console.log(differing.length === 0 ? 'the base is the one of the undisturbed build, byte for byte' : `DIFFERENT: ${differing.join(', ')}`)
process.exitCode = status === 0 && differing.length === 0 && missed === 0 ? 0 : 1
