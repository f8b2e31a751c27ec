import type {Workshop} from '../../container/workshop.js'
import {BrmcError} from '../../errors.js'
import {compareAsked, lastAsked, type AskedSymbol, type Breach} from '../../kconfig/asked.js'
import {acceptedValues, parseConfig} from '../../kconfig/contract.js'
import {kernelFeatures} from '../../kconfig/features.js'
import {contractError} from '../../kconfig/format-breaches.js'
import {Answer, buildrootQuestion, busyboxQuestion, linuxQuestion, type Facts, type KconfigKind, type Question} from '../../kconfig/question.js'
import {explain} from '../../kconfig/why.js'
import {askedOfFragments} from './asked-files.js'
import type {Configured} from './run-build.js'
import type {BaseTreeFile} from './read-base-tree.js'

export interface ContractRequest {
  /** Text of board/builder/kconfig-answer.py. */
  answerScript: string
  tree: readonly BaseTreeFile[]
}

/** The root may be mounted by the kernel itself: a base serves every deployment. */
const MOUNT = {initramfs: false}

/**
 * Holds Buildroot's configuration against what the tree asked for. Throws BrmcError CONTRACT_BROKEN with every option that is not there, and why: Buildroot
 * itself drops what it does not know, or what lacks a dependency, without a word.
 */
export async function runBuildrootContract(configured: Configured, asked: readonly AskedSymbol[], request: ContractRequest): Promise<void> {
  const breaches = compareAsked(asked, parseConfig(configured.config))
  if (breaches.length === 0) return
  const {printed} = configured
  const facts = await ask(configured.output.workshop, buildrootQuestion(printed, printed.BR2_CONFIG, breaches.map(asAsked)), request)
  throw explained(breaches, facts, 'buildroot')
}

/**
 * Asks the Kconfig of kernel and BusyBox, whose sources are unpacked and not yet compiled, what their fragments will come to. Throws CONTRACT_BROKEN.
 */
export async function runSourceContracts(configured: Configured, request: ContractRequest): Promise<void> {
  const {printed, output: {workshop}} = configured
  const treePlace = workshop.places.tree
  const kernel = askedOfFragments(request.tree, printed.LINUX_KCONFIG_FRAGMENT_FILES, treePlace)
  const busybox = askedOfFragments(request.tree, printed.BUSYBOX_KCONFIG_FRAGMENT_FILES, treePlace)
  const crossCompile = workshop.places.toolchain === undefined ? '' : compilerPrefix(configured, workshop.places.toolchain)
  const answers = await Promise.all([
    held(workshop, {kind: 'linux', question: linuxQuestion(printed, printed.LINUX_DIR, {crossCompile}, lastAsked(kernel)), asked: kernel}, request),
    held(workshop, {kind: 'busybox', question: busyboxQuestion(printed, printed.BUSYBOX_DIR, lastAsked(busybox)), asked: busybox}, request),
  ])
  const error = answers.find(answer => answer !== undefined)
  if (error) throw new BrmcError('CONTRACT_BROKEN', error.message, {details: answers.flatMap(answer => answer?.details ?? [])})
}

/** Holds the kernel that was built against the same contract. @param config its final .config */
export function holdKernelConfig(asked: readonly AskedSymbol[], config: string): void {
  const breaches = compareAsked(asked, parseConfig(config), acceptedValues(kernelFeatures, MOUNT))
  if (breaches.length > 0) throw explained(breaches, new Map(), 'linux')
}

export function kernelAsked({printed, output}: Configured, tree: readonly BaseTreeFile[]): AskedSymbol[] {
  return askedOfFragments(tree, printed.LINUX_KCONFIG_FRAGMENT_FILES, output.workshop.places.tree)
}

async function held(
  workshop: Workshop, {kind, question, asked}: {kind: KconfigKind, question: Question, asked: readonly AskedSymbol[]}, request: ContractRequest,
): Promise<BrmcError | undefined> {
  const facts = await ask(workshop, question, request)
  if (facts.size === 0) return undefined
  const got = new Map([...facts].flatMap(([symbol, fact]): [string, string][] => fact.known ? [[symbol, fact.value]] : []))
  const breaches = compareAsked(asked, got, kind === 'linux' ? acceptedValues(kernelFeatures, MOUNT) : new Map())
  return breaches.length === 0 ? undefined : explained(breaches, facts, kind)
}

async function ask(workshop: Workshop, question: Question, {answerScript}: ContractRequest): Promise<Map<string, Facts>> {
  const {stdout} = await workshop.run(['python3', '-c', answerScript], {input: JSON.stringify(question)})
  const answer = Answer.parse(JSON.parse(stdout))
  // What kconfiglib cannot read is found out after the build, when Kconfig itself has decided.
  return new Map('unreadable' in answer ? [] : Object.entries(answer.symbols))
}

function explained(breaches: readonly Breach[], facts: ReadonlyMap<string, Facts>, kind: KconfigKind): BrmcError {
  return contractError(breaches.map(breach => ({...breach, ...explain(breach, facts.get(breach.symbol), kind)})))
}

function compilerPrefix({config}: Configured, toolchain: string): string {
  const prefix = parseConfig(config).get('BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX')?.replaceAll('"', '')
  return prefix === undefined ? '' : `${toolchain}/bin/${prefix}-`
}

const asAsked = ({symbol, asked, place}: Breach): AskedSymbol => ({symbol, value: asked, file: place?.file ?? '', line: place?.line ?? 1})
