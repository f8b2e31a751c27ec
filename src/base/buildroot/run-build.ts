import {basename} from 'node:path'

import type {Workshop} from '../../container/workshop.js'
import {BrmcError} from '../../errors.js'
import {CONTRACT_VARIABLES, parsePrintedVariables, type PrintedVariables} from '../../kconfig/printed-variables.js'
import {planOf, type PlannedPackage} from './log/build-plan.js'
import {empty, make, makeMarked, readOutputFile, readOutputState, recover, shell, writeOutputFile, writeOutputState, type Output} from './output.js'
import {OWN_FOLDER} from './output-files.js'
import {planRebuild, type OutputState, type RebuildPlan} from './plan-rebuild.js'
import {withSharedCache, type SharedCompiling} from './run-shared-cache.js'
import {effectiveDefconfig, settingLines} from './settings.js'
import {parseToolchainFacts, toolchainLines} from './toolchain.js'

export interface BuildRequest {
  workshop: Workshop
  epoch: number
  /** Text of the tree's defconfig of the board. */
  defconfig: string
  jobs: number
  ccache: boolean
  sharedCache?: SharedCompiling
  /** Text of board/builder/toolchain-facts.sh. */
  toolchainFacts: string
  ground: OutputState['ground']
  tree: OutputState['tree']
  overrides: OutputState['overrides']
  watch: BuildWatch
}

/** Who is told what happens, and may object. */
export interface BuildWatch {
  onStep: (step: BuildStep) => void
  /** Each line that make prints. */
  onLine: (line: string) => void
  /** Buildroot's configuration is there: throws where it is not what was asked. */
  onConfigured: (configured: Configured) => Promise<void>
  /** Something that the user should know and that changes nothing of the result. */
  onNote: (line: string) => void
  /** Sources of kernel and BusyBox are unpacked, nothing is compiled yet: throws where their Kconfig will not give what is asked. */
  onPatched: (configured: Configured) => Promise<void>
  /** How much will be built anew, and why. */
  onPlan: (plan: RebuildPlan, configured: Configured) => void
  /** All sources are there: these packages will be made, but for those that are finished already. */
  onBuild: (plan: readonly PlannedPackage[], built: ReadonlySet<string>) => void
  /** build-time.log of a build that went well. */
  onBuilt: (buildTime: string) => Promise<void>
  /** make ended with this status, `missing` being the sources that are not there: throws what it means. */
  onFailed: (status: number, missing: readonly string[]) => never
}

export type BuildStep = 'configure' | 'download' | 'unpack' | 'build' | 'collect'

export interface Configured {
  output: Output
  /** Buildroot's .config. */
  config: string
  /** The defconfig that it was made of, and where that is. */
  defconfig: string
  defconfigPlace: string
  packages: readonly PackageInfo[]
  plan: readonly PlannedPackage[]
  /** Files that its packages are made from, in the download folder: `busybox/busybox-1.37.0.tar.bz2`. */
  sources: readonly string[]
  printed: PrintedVariables
}

export interface PackageInfo {
  name: string
  /** As Buildroot's .mk file has it, whatever the sources are. */
  version: string
  /** Below build/: `<name>-<version>`, `<name>-custom` where the sources lie in a folder of the user's, `<name>` where there are none. */
  folder: string
  host: boolean
}

const DEFCONFIG = `${OWN_FOLDER}/defconfig`
const KNOWLEDGE = `${OWN_FOLDER}/knowledge.json`

/** Raised with every change of what is kept there. */
const KNOWLEDGE_VERSION = 3

/** What make says of a configuration. */
type Knowledge = Pick<Configured, 'packages' | 'plan' | 'sources' | 'printed'>

/** Builds the output, from wherever it stands; afterwards its images/ are what `tree` and `defconfig` say. */
export async function runBuild(request: BuildRequest): Promise<Configured> {
  const {workshop, epoch, watch} = request
  const output: Output = {workshop, epoch}
  watch.onStep('configure')
  const startedAgain = await recover(output)
  const before = await readOutputState(output)
  const configured = await configure(request, output, before)
  await watch.onConfigured(configured)

  const {ground, tree, overrides} = request
  const now: OutputState = {version: 1, ground, config: configured.config, tree, overrides, packages: configured.packages.map(({name}) => name)}
  const plan = planRebuild(before, now)
  watch.onPlan({...plan, why: [...plan.why, ...startedAgain.map(name => `${name} was being built when an earlier run was killed`)]}, configured)
  if (plan.fresh) await empty(output)
  if (plan.again.length > 0) await make(output, plan.again.map(name => `${name}-dirclean`), {onLine: watch.onLine})
  await writeOutputState(output, now)
  await writeKnowledge(configured)
  const fetched = before?.sources === true && !plan.fresh && before.config === now.config
  await fetchSources(request, configured, fetched)
  await writeOutputState(output, {...now, sources: true})
  watch.onStep('build')
  watch.onBuild(configured.plan, await builtPackages(configured))
  await sharing(request, async where => makeOrFail(request, {...output, workshop: where}, [`-j${request.jobs}`]))
  await watch.onBuilt(await readOutputFile(output, 'build/build-time.log') ?? '')
  return configured
}

/** Those whose Kconfig is asked come first: a wish that cannot be met is told before the rest is waited for. */
async function fetchSources(request: BuildRequest, configured: Configured, fetched: boolean): Promise<void> {
  const {watch} = request
  const {output} = configured
  if (!fetched) {
    watch.onStep('download')
    await seedKernel(output)
    await download(request, configured, ['linux-source', 'busybox-source'])
  }
  watch.onStep('unpack')
  await makeOrFail(request, output, ['linux-patch', 'busybox-patch'])
  await watch.onPatched(configured)
  if (fetched) return
  watch.onStep('download')
  await download(request, configured, ['source'])
}

async function download({watch}: BuildRequest, {output, sources}: Configured, targets: readonly string[]): Promise<void> {
  const {exitCode} = await makeMarked(output, targets, {network: true, onLine: watch.onLine, accept: [0, 1, 2]})
  if (exitCode === 0) return
  const {stdout} = await shell(output, 'cd "$1"; shift; for file; do [ -e "$file" ] || printf "%s\\n" "$file"; done', [output.workshop.places.downloads, ...sources])
  watch.onFailed(exitCode, stdout.split('\n').filter(line => line !== ''))
}

/** A kernel archive of the user's own stands among the downloads as if it had been fetched: its hash is asked for like any other's. */
export async function seedKernel(output: Output): Promise<void> {
  const {kernel, downloads} = output.workshop.places
  if (kernel === undefined) return
  await shell(output, 'set -eu; mkdir -p "$2/linux"; cd "$1"; for file in *; do cmp -s "$file" "$2/linux/$file" || cp "$file" "$2/linux/$file"; done', [kernel, downloads])
}

async function sharing({workshop, sharedCache, watch}: BuildRequest, work: (workshop: Workshop) => Promise<void>): Promise<void> {
  await (sharedCache ? withSharedCache(workshop, sharedCache, watch.onNote, work) : work(workshop))
}

async function makeOrFail({watch}: BuildRequest, output: Output, args: readonly string[]): Promise<void> {
  const {exitCode} = await makeMarked(output, args, {onLine: watch.onLine, accept: [0, 1, 2]})
  if (exitCode !== 0) watch.onFailed(exitCode, [])
}

async function configure(request: BuildRequest, output: Output, before?: OutputState): Promise<Configured> {
  const {workshop, watch} = request
  const {output: place} = workshop.places
  const defconfig = effectiveDefconfig(request.defconfig, await settingsOf(request, Object.keys(request.overrides).length > 0))
  await writeOutputFile(output, DEFCONFIG, defconfig)
  const {exitCode} = await make(output, [`BR2_DEFCONFIG=${place}/${DEFCONFIG}`, 'defconfig'], {onLine: watch.onLine, accept: [0, 1, 2]})
  if (exitCode !== 0) watch.onFailed(exitCode, [])
  const config = await readOutputFile(output, '.config') ?? ''
  return {output, config, defconfig, defconfigPlace: `${place}/${DEFCONFIG}`, ...await knowledgeOf(request, output, {config, before})}
}

/** The lines that brmc puts in place of the defconfig's own for this build. */
export async function settingsOf({workshop, jobs, ccache, toolchainFacts}: Pick<BuildRequest, 'workshop' | 'jobs' | 'ccache' | 'toolchainFacts'>, overrides: boolean): Promise<string[]> {
  const {places} = workshop
  const place = places.toolchain
  if (place === undefined) return settingLines({places, jobs, ccache, overrides})
  const {stdout} = await workshop.run(['sh', '-c', toolchainFacts, 'sh', place])
  return settingLines({places, jobs, ccache, overrides, toolchain: toolchainLines(parseToolchainFacts(stdout, workshop.toHostPaths(place)), place)})
}

async function writeKnowledge({output, packages, plan, sources, printed}: Configured): Promise<void> {
  await writeOutputFile(output, KNOWLEDGE, JSON.stringify({version: KNOWLEDGE_VERSION, packages, plan, sources, printed}))
}

/** Undefined for what another version of brmc wrote. */
function knowledgeIn(text: string): Knowledge | undefined {
  const knowledge = JSON.parse(text) as Knowledge & {version?: number}
  return knowledge.version === KNOWLEDGE_VERSION ? knowledge : undefined
}

/** Each question takes make some seconds: both are asked at once, and once for each configuration. */
async function knowledgeOf(request: BuildRequest, output: Output, {config, before}: {config: string, before: OutputState | undefined}): Promise<Knowledge> {
  const {ground, overrides} = request
  // .config names the file of overrides, not what is in it.
  const overridden = (names: object): string => Object.keys(names).sort().join(' ')
  const same = before?.config === config && before.ground.builder === ground.builder && before.ground.buildroot === ground.buildroot
    && overridden(before.overrides) === overridden(overrides)
  const known = same ? await readOutputFile(output, KNOWLEDGE) : undefined
  const kept = known === undefined ? undefined : knowledgeIn(known)
  if (kept) return kept
  const [info, variables] = await Promise.all([
    make(output, ['-s', 'show-info']),
    make(output, ['-s', 'printvars', `VARS=${CONTRACT_VARIABLES.join(' ')}`]),
  ])
  return {...parseShowInfo(info.stdout, new Set(Object.keys(overrides))), printed: parsePrintedVariables(variables.stdout)}
}

interface ShownPackage {
  type?: string
  /** That of its sources: host-xz is made from those of xz. */
  name?: string
  version?: string | null
  stamp_dir?: string
  dl_dir?: string
  downloads?: readonly {source: string}[]
}

/**
 * `make show-info`: one JSON object, name → what is known of it. make may say something before.
 * `overridden`: packages that are made from a folder of the user's.
 */
function parseShowInfo(text: string, overridden: ReadonlySet<string>): Omit<Knowledge, 'printed'> {
  const start = text.indexOf('{')
  if (start === -1) throw new BrmcError('BUILD_FAILED', 'Buildroot\'s make show-info printed no JSON', {details: text.split('\n').slice(-5)})
  const info = JSON.parse(text.slice(start)) as Record<string, ShownPackage>
  const packages = Object.entries(info)
    .filter(([, {type}]) => type !== 'rootfs')
    .map(([name, {type, version, stamp_dir: stamps = ''}]) => ({name, version: version ?? '', folder: basename(stamps), host: type === 'host'}))
    .sort((a, b) => a.name < b.name ? -1 : 1)
  const sources = Object.values(info)
    .filter(({name = ''}) => !overridden.has(name))
    .flatMap(({dl_dir: folder, downloads = []}) => folder === undefined ? [] : downloads.map(({source}) => `${folder}/${source}`))
  return {packages, plan: planOf(info), sources: [...new Set(sources)].sort()}
}

async function builtPackages({output, packages}: Configured): Promise<Set<string>> {
  const {stdout} = await shell(output, 'cd "$1/build" 2>/dev/null || exit 0; for stamp in */.stamp_installed; do echo "${stamp%/*}"; done', [output.workshop.places.output])
  const folders = new Set(stdout.split('\n'))
  return new Set(packages.filter(({folder}) => folders.has(folder)).map(({name}) => name))
}
