import type {Workshop} from '../../container/workshop.js'
import {BrmcError} from '../../errors.js'
import {compareAsked, lastAsked, strayLines, type AskedSymbol} from '../../kconfig/asked.js'
import {acceptedValues, parseConfig} from '../../kconfig/contract.js'
import {kernelFeatures} from '../../kconfig/features.js'
import {contractError, type ExplainedBreach} from '../../kconfig/format-breaches.js'
import {explainBreaches, foreseenBreaches} from '../../kconfig/judge.js'
import {Answer, buildrootQuestion, busyboxQuestion, linuxQuestion, type Facts, type Question} from '../../kconfig/question.js'
import {missingModules} from '../../kconfig/modules.js'
import {askedOfFragments} from './asked-files.js'
import {shell} from './output.js'
import type {BaseTreeFile} from './read-base-tree.js'
import type {Configured} from './run-build.js'

const UNTOUCHED = 'nothing was compiled'

export interface ContractRequest {
  /** Text of board/builder/kconfig-answer.py. */
  answerScript: string
  tree: readonly BaseTreeFile[]
}

/** The root may be mounted by the kernel itself: a base serves every deployment. */
const ACCEPTED = acceptedValues(kernelFeatures, {initramfs: false})

/**
 * Holds Buildroot's configuration against what the tree asked for. Throws BrmcError CONTRACT_BROKEN with every option that is not there, and why: Buildroot
 * itself drops what it does not know, or what lacks a dependency, without a word.
 */
export async function runBuildrootContract(configured: Configured, asked: readonly AskedSymbol[], request: ContractRequest): Promise<void> {
  const {config, printed, output, defconfigPlace} = configured
  refuseStrayLines(request.tree)
  const facts = await ask(output.workshop, buildrootQuestion(printed, defconfigPlace, lastAsked(asked)), request) ?? {}
  // What make itself arrived at counts; that an option was taken out of Buildroot only its Kconfig tells.
  const seen = explainBreaches(compareAsked(asked, parseConfig(config)), {kind: 'buildroot', asked, facts})
  const removed = foreseenBreaches({kind: 'buildroot', asked, facts, compilerKnown: true}).filter(({symbol, got, asked: wanted}) =>
    got === wanted && !seen.some(breach => breach.symbol === symbol))
  if (seen.length + removed.length > 0) throw contractError([...seen, ...removed], UNTOUCHED)
}

/** Asks the Kconfig of kernel and BusyBox, whose sources are unpacked and not yet compiled, what their fragments will come to. Throws CONTRACT_BROKEN. */
export async function runSourceContracts(configured: Configured, request: ContractRequest): Promise<void> {
  const {printed, output: {workshop}} = configured
  const fragments = (places: string): AskedSymbol[] => askedOfFragments(request.tree, places, workshop.places.tree)
  const [kernel, busybox] = [fragments(printed.LINUX_KCONFIG_FRAGMENT_FILES), fragments(printed.BUSYBOX_KCONFIG_FRAGMENT_FILES)]
  const crossCompile = compilerPrefix(configured)
  const [kernelFacts, busyboxFacts] = await Promise.all([
    ask(workshop, linuxQuestion(printed, printed.LINUX_DIR, {crossCompile}, lastAsked(kernel)), request),
    ask(workshop, busyboxQuestion(printed, printed.BUSYBOX_DIR, lastAsked(busybox)), request),
  ])
  const breaches: ExplainedBreach[] = [
    ...kernelFacts ? foreseenBreaches({kind: 'linux', asked: kernel, facts: kernelFacts, accepted: ACCEPTED, compilerKnown: crossCompile !== ''}) : [],
    ...busyboxFacts ? foreseenBreaches({kind: 'busybox', asked: busybox, facts: busyboxFacts, compilerKnown: true}) : [],
  ]
  if (breaches.length > 0) throw contractError(breaches, UNTOUCHED)
}

/** Holds a package's final .config against what its fragments asked for. Throws CONTRACT_BROKEN. */
export function holdFinalConfig(kind: 'linux' | 'busybox', {printed, output}: Configured, {tree, config}: {tree: readonly BaseTreeFile[], config: string}): void {
  const places = kind === 'linux' ? printed.LINUX_KCONFIG_FRAGMENT_FILES : printed.BUSYBOX_KCONFIG_FRAGMENT_FILES
  const asked = askedOfFragments(tree, places, output.workshop.places.tree)
  const breaches = compareAsked(asked, parseConfig(config), kind === 'linux' ? ACCEPTED : new Map())
  if (breaches.length > 0) throw contractError(explainBreaches(breaches, {kind, asked, facts: {}}), 'the base was built and is not used')
}

/** Holds the modules in the root against those that features load by name: a module that is there and was never installed is no use. Throws CONTRACT_BROKEN. */
export async function holdModules({output}: Configured, {release, config}: {release: string, config: string}): Promise<void> {
  const script = 'cd "$1/target/lib/modules/$2" 2>/dev/null || exit 0; find . -name "*.ko*"; echo; cat modules.builtin'
  const {stdout} = await shell(output, script, [output.workshop.places.output, release])
  const [paths = '', builtin = ''] = stdout.split('\n\n')
  const missing = missingModules(kernelFeatures, {config, paths: paths.split('\n'), builtin})
  if (missing.length === 0) return
  throw new BrmcError('CONTRACT_BROKEN', `${missing.length} kernel modules are not in the root; the base was built and is not used`, {
    details: missing.map(({module, feature, reason}) => `${module}: for ${feature} (${reason})`),
    suggestions: ['build their options in or as modules: br2-external/linux-user.fragment'],
  })
}

/** `CONFIG_X = y` says nothing to Kconfig, and it says nothing of that. */
function refuseStrayLines(tree: readonly BaseTreeFile[]): void {
  const stray = tree.filter(({path}) => path.endsWith('.fragment')).flatMap(({path, content}) => strayLines(content.toString(), `br2-external/${path}`))
  if (stray.length === 0) return
  throw new BrmcError('SPEC_INVALID', `${stray.length === 1 ? 'one line' : `${stray.length} lines`} of the fragments would be passed over without a word`, {
    details: stray.map(({file, line, text}) => `${file}:${line}: ${text}`),
    suggestions: ['write options as CONFIG_NAME=y, CONFIG_NAME="text", CONFIG_NAME=12 or # CONFIG_NAME is not set, one a line, no blanks around ='],
  })
}

/** Undefined for a tree that kconfiglib cannot read: then Kconfig itself decides, later. */
async function ask(workshop: Workshop, question: Question, {answerScript}: ContractRequest): Promise<Record<string, Facts> | undefined> {
  const {stdout} = await workshop.run(['python3', '-c', answerScript], {input: JSON.stringify(question)})
  const answer = Answer.parse(JSON.parse(stdout))
  return 'unreadable' in answer ? undefined : answer.symbols
}

/** Of a compiler that is there before anything is built. */
function compilerPrefix({config, output: {workshop: {places: {toolchain}}}}: Configured): string {
  const prefix = parseConfig(config).get('BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX')?.replaceAll('"', '')
  return prefix === undefined || toolchain === undefined ? '' : `${toolchain}/bin/${prefix}-`
}
