import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {appendFileSync, existsSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {cpus, totalmem} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'

/**
 * What brmc saves over Buildroot's own make, in one run, on a project whose base was built by docker already:
 *
 *   npm run bench:buildroot -- --buildroot DIR [--project DIR] [--dl-dir DIR] [--user NAME]
 *
 * Buildroot's own figures are taken in a copy of the output, mounted where the output was: an overlay laid over its target/ must not reach the base.
 * With --user brmc runs as that user, for who is root.
 */
const {values} = parseArgs({
  options: {
    'buildroot': {type: 'string'}, 'project': {type: 'string', default: '.'}, 'deployment': {type: 'string', default: 'default'},
    'dl-dir': {type: 'string'}, 'user': {type: 'string'}, 'rounds': {type: 'string', default: '5'},
  },
})
const [project, buildroot] = [resolve(values.project), resolve(values.buildroot ?? '')]
const BRMC = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const ROUNDS = Number(values.rounds)
const COPY = 'brmc-bench-output'

interface Shown {
  board: string
  buildroot: {override: Record<string, string>, toolchain: string | {external: string}}
}

const as = (command: string, args: readonly string[]): [string, string[]] =>
  values.user === undefined ? [command, [...args]] : ['setpriv', ['--reuid', values.user, '--regid', values.user, '--init-groups', '--', command, ...args]]

function brmc(...args: string[]): string {
  const home = values.user === undefined ? {} : {HOME: `/home/${values.user}`}
  const [command, all] = as(process.execPath, [BRMC, ...args])
  return execFileSync(command, all, {cwd: project, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env: {...process.env, ...home}})
}

const image = (): void => {
  brmc('image', values.deployment, '--base', 'buildroot', '--buildroot', buildroot, ...values['dl-dir'] === undefined ? [] : ['--dl-dir', resolve(values['dl-dir'])])
}

const shown = JSON.parse(brmc('config', 'show', values.deployment, '--json')) as Shown
const scratch = join(project, 'build/buildroot', shown.board)
const VOLUME = `brmc-output-${shown.board}-${createHash('sha256').update(`${project}\0${shown.board}`).digest('hex').slice(0, 12)}`
const OVERLAY_FILE = join(project, 'br2-external/overlays/deployments', values.deployment, 'etc/motd')
const FRAGMENT = join(project, 'br2-external/linux-user.fragment')
const BUILDER = execFileSync('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'brmc-builder'], {encoding: 'utf8'}).trim().split('\n')[0] ?? ''

const {toolchain, override} = shown.buildroot
const MOUNTS = [
  `${COPY}:/brmc/output`, `${buildroot}:/brmc/buildroot:ro`, `${scratch}/tree:/brmc/tree:ro`, `${scratch}/settings:/brmc/settings:ro`, `${project}/br2-external/overlays:/overlays:ro`,
  `${values['dl-dir'] === undefined ? 'brmc-downloads' : resolve(values['dl-dir'])}:/brmc/downloads`, 'brmc-ccache:/brmc/ccache',
  ...typeof toolchain === 'string' ? [] : [`${resolve(project, toolchain.external)}:/brmc/toolchain:ro`],
  ...Object.entries(override).map(([name, folder]) => `${resolve(project, folder)}:/brmc/override/${name}:ro`),
]
const OWNER = execFileSync('stat', ['--format', '%u:%g', scratch], {encoding: 'utf8'}).trim()

/** Buildroot's own make, in the builder image and places that brmc uses, in the copy. */
function make(...args: string[]): void {
  execFileSync('docker', [
    'run', '--rm', '--network', 'none', '--user', OWNER, '--env', 'HOME=/tmp', '--tmpfs', '/tmp:exec', ...MOUNTS.flatMap(mount => ['--volume', mount]),
    '--entrypoint', 'make', BUILDER, '-s', '-C', '/brmc/buildroot', 'O=/brmc/output', 'BR2_EXTERNAL=/brmc/tree', ...args,
  ], {stdio: ['ignore', 'ignore', 'pipe']})
}

function seconds(work: () => void): number {
  const started = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - started) / 1e9
}

function medianOf(work: (round: number) => void): number {
  const taken = Array.from({length: ROUNDS}, (_, round) => seconds(() => { work(round) }))
  return taken.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN
}

/** Packages that were compiled or installed anew by a build after `since` (milliseconds since 1970), by its log. */
function builtAnew(since: number): string[] {
  const file = join(scratch, 'build.log')
  if (statSync(file).mtimeMs < since) throw new Error('nothing was built: a base made earlier was found')
  const log = readFileSync(file, 'latin1')
  return [...new Set([...log.matchAll(/>>> (\S+) \S+ (?:Configuring|Building|Installing)/g)].map(([, name = '']) => name))]
}

const touchOverlay = (round: number): void => { appendFileSync(OVERLAY_FILE, `round ${round}\n`) }
const fragment = existsSync(FRAGMENT) ? readFileSync(FRAGMENT, 'utf8') : ''
const rows: string[][] = [['', "Buildroot's make", 'brmc image', 'ratio', 'goal']]
const row = (what: string, theirs: number, ours: number, goal: string): void => {
  rows.push([what, `${theirs.toFixed(2)} s`, `${ours.toFixed(2)} s`, `${(theirs / ours).toFixed(1)} ×`, goal])
}

image()
execFileSync('docker', ['volume', 'create', COPY], {stdio: 'ignore'})
try {
  execFileSync('docker', ['run', '--rm', '--network', 'none', '--volume', `${VOLUME}:/from:ro`, '--volume', `${COPY}:/to`, '--entrypoint', 'cp', BUILDER, '-a', '/from/.', '/to/'])
  make('BR2_ROOTFS_OVERLAY=')
  row('nothing changed', medianOf(() => { make('BR2_ROOTFS_OVERLAY=') }), medianOf(image), '20 ×')
  const theirs = medianOf(round => {
    touchOverlay(round)
    make(`BR2_ROOTFS_OVERLAY=/overlays/router /overlays/deployments/${values.deployment}`)
  })
  row('an overlay changed', theirs, medianOf(round => {
    touchOverlay(round)
    image()
  }), '10 ×')
  // No base that is kept has this line.
  const now = Date.now()
  writeFileSync(FRAGMENT, `${fragment}# ${now}\nCONFIG_DUMMY=m\n`)
  const kernel = seconds(image)
  rows.push([`one kernel symbol changed: built anew ${builtAnew(now).join(', ')}`, '', `${kernel.toFixed(0)} s`, '', 'linux alone'])
} finally {
  writeFileSync(FRAGMENT, fragment)
  execFileSync('docker', ['volume', 'rm', '--force', COPY], {stdio: 'ignore'})
}

const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(cells => (cells[column] ?? '').length)))
console.log(`${cpus().length} × ${cpus()[0]?.model ?? ''}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}; medians of ${ROUNDS} in turn`)
for (const cells of rows) console.log(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
