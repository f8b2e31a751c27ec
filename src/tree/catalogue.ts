import {BOARD_NAMES, boards, type Board} from '../boards/boards.js'
import {extraPackages, type ExtraPackage} from '../boards/packages.js'
import type {Pins} from '../boards/pins.js'
import {BrmcError} from '../errors.js'
import {fragmentLine} from '../kconfig/contract.js'
import {kernelFeatures} from '../kconfig/features.js'
import {speaksWpa3} from '../network/hostapd.js'
import type {Deployment} from '../spec/deployment.js'
import type {WithoutSecret} from '../spec/without-secrets.js'
import {treeBootConfig} from './boot-config.js'
import {buildrootBoards} from './buildroot-board.js'
import {deploymentFiles} from './deployment-catalogue.js'
import {KERNEL_CONFIG, kernelModel} from './kernel-model.js'
import {withSecretsMarked} from './secret-files.js'
import {contentOf, sourcesBelow, treeFileFrom, TREE_FOLDER, type TemplateSet, type TreeFile} from './template-set.js'
import {userDefconfigLines} from './user-defconfig.js'

export interface TreeRequest {
  project: {name: string}
  /** All of them; the first is the one that Buildroot lays over the root when nobody says otherwise. */
  deployments: readonly Deployment[]
  templates: TemplateSet
  /** Text of the project's br2-external/user.defconfig, where it has one. */
  userDefconfig?: string
  pins: Pins
  /** Text of the configuration that a kernel of the user's own starts from. */
  kernelConfig?: string
  /** By deployment: it without each of its secrets. */
  secrets?: ReadonlyMap<string, readonly WithoutSecret[]>
}

export const USER_DEFCONFIG = `${TREE_FOLDER}/user.defconfig`

/** Made once for the user's own lines. */
const USER_FILES = [USER_DEFCONFIG, `${TREE_FOLDER}/linux-user.fragment`, `${TREE_FOLDER}/busybox-user.fragment`]
const COMMON = 'board/common'
/** Sources below board/common that are not copied: rendered once for each board, or of brmc's own Debian base. */
const NOT_COMMON = ['config.txt', 'cmdline.txt', 'initramfs/']

/** Every file of a project's br2-external/, sorted by path: the same request makes the same bytes. */
export function renderTree(request: TreeRequest): TreeFile[] {
  const [firstDeployment = refuseNone()] = request.deployments
  const files = [
    ...topFiles(request, firstDeployment),
    ...BOARD_NAMES.flatMap(name => boardFiles(request, boards[name])),
    ...commonFiles(request, firstDeployment),
    ...routerTree(request.templates),
    ...request.deployments.flatMap(deployment => deploymentOverlay(deployment, request)),
  ]
  return files.sort((a, b) => a.path < b.path ? -1 : 1)
}

/** The files of the overlay that all deployments share. */
export function routerTree(templates: TemplateSet): TreeFile[] {
  return sourcesBelow(templates, 'overlays/router').map(({source, path}) => treeFileFrom(templates, source, `${TREE_FOLDER}/overlays/router/${path}`, {}))
}

/** The files of one deployment's own overlay, those marked that are made of secrets. */
export function deploymentTree(deployment: Deployment, templates: TemplateSet, secrets: readonly WithoutSecret[] = []): TreeFile[] {
  const counterparts = secrets.map(({secret, deployment: other}) => ({secret, files: other && overlayOf(other, templates)}))
  return withSecretsMarked(overlayOf(deployment, templates), counterparts)
}

/** Buildroot and brmc leave a file of this name out of the root. */
const NAMELESS = '.empty'

/** The folder itself is there in any case: Buildroot's make wants what is named to it. */
function deploymentOverlay(deployment: Deployment, {templates, secrets}: TreeRequest): TreeFile[] {
  const files = deploymentTree(deployment, templates, secrets?.get(deployment.name))
  if (files.some(file => file.secrets === undefined)) return files
  return [...files, {path: `${TREE_FOLDER}/overlays/deployments/${deployment.name}/${NAMELESS}`, content: Buffer.alloc(0), executable: false}]
}

const overlayOf = (deployment: Deployment, templates: TemplateSet): TreeFile[] => deploymentFiles(deployment).map(({template, target, model}) =>
  treeFileFrom(templates, `overlays/deployment/${template}`, `${TREE_FOLDER}/overlays/deployments/${deployment.name}/${target}`, model))

/** In the order of the symbols' names. */
function packageLines(deployments: readonly Deployment[]): string[] {
  const wanted: Pick<ExtraPackage, 'buildroot' | 'notBuildroot'>[] = [...new Set(deployments.flatMap(({packages}) => packages))].map(name => extraPackages[name])
  // hostapd without WPA3 does without OpenSSL.
  if (deployments.some(deployment => speaksWpa3(deployment))) wanted.push({buildroot: ['BR2_PACKAGE_HOSTAPD_WPA3']})
  const lines = wanted.flatMap(({buildroot, notBuildroot = []}) => [
    ...buildroot.map(symbol => [symbol, `${symbol}=y`] as const), ...notBuildroot.map(symbol => [symbol, `# ${symbol} is not set`] as const),
  ])
  return [...new Map(lines.sort(([one], [other]) => one < other ? -1 : 1)).values()]
}

function refuseNone(): never {
  throw new BrmcError('INTERNAL', 'a tree needs at least one deployment')
}

function topFiles({project, deployments, templates}: TreeRequest, {board}: Deployment): TreeFile[] {
  const names = deployments.map(({name}) => name)
  const model = {project, board: boards[board], firstDeployment: names[0], lastDeployment: names.at(-1), deploymentNames: names.join(' ')}
  return [
    ...['external.desc.ejs', 'Config.in', 'external.mk.ejs', 'README.md.ejs', 'overlays/deployments.inc.ejs'].map(name => {
      const source = `${TREE_FOLDER}/${name}`
      return treeFileFrom(templates, source, source.replace(/\.ejs$/, ''), model)
    }),
    ...USER_FILES.map(path => ({...treeFileFrom(templates, path, path, {}), generatedOnce: true})),
  ]
}

function commonFiles({templates, pins, kernelConfig}: TreeRequest, {kernel, board}: Deployment): TreeFile[] {
  const model = {
    kernelFeatures: kernelFeatures.map(({name, reason, symbols, modules}) => ({name, reason, modules: modules.join(' '), lines: symbols.map(fragmentLine)})),
    kernel: kernelModel(kernel, boards[board], pins),
  }
  const files = sourcesBelow(templates, COMMON)
    .filter(({path}) => !NOT_COMMON.some(name => path.startsWith(name)))
    .map(({source, path}) => treeFileFrom(templates, source, `${TREE_FOLDER}/${COMMON}/${path}`, model))
  return kernelConfig === undefined ? files : [...files, {path: `${TREE_FOLDER}/${KERNEL_CONFIG}`, content: Buffer.from(kernelConfig), executable: false}]
}

function boardFiles(request: TreeRequest, board: Board): TreeFile[] {
  const {templates} = request
  const folder = `board/${board.name}`
  const own = sourcesBelow(templates, folder).map(({source, path}) => treeFileFrom(templates, source, `${TREE_FOLDER}/${folder}/${path}`, {board}))
  const boot = buildrootBoards[board.name].firmware === undefined ? [] : bootFiles(board, templates)
  return [defconfig(request, board), ...own, ...boot]
}

function bootFiles(board: Board, templates: TemplateSet): TreeFile[] {
  const {configTxt, cmdlineTxt} = treeBootConfig(board, templates)
  return [['config.txt', configTxt], ['cmdline.txt', cmdlineTxt]].map(([name = '', text = '']) =>
    ({path: `${TREE_FOLDER}/board/${board.name}/${name}`, content: Buffer.from(text), executable: false}))
}

const TOOLCHAINS = {
  bootlin: ['BR2_TOOLCHAIN_EXTERNAL=y', 'BR2_TOOLCHAIN_EXTERNAL_BOOTLIN=y', 'BR2_TOOLCHAIN_EXTERNAL_BOOTLIN_AARCH64_GLIBC_STABLE=y'],
  internal: ['BR2_TOOLCHAIN_BUILDROOT_GLIBC=y', 'BR2_TOOLCHAIN_BUILDROOT_CXX=y'],
} as const

function defconfig({project, deployments, templates, pins, userDefconfig = ''}: TreeRequest, board: Board): TreeFile {
  const {firmware} = buildrootBoards[board.name]
  const [{kernel, buildroot: {toolchain}} = refuseNone()] = deployments
  const model = kernelModel(kernel, board, pins)
  const ownFragment = `board/${board.name}/linux.fragment`
  const content = contentOf(templates, `${TREE_FOLDER}/configs/board_defconfig.ejs`, {
    project,
    board,
    kernel: model,
    // A compiler of the user's own is a matter of the machine that builds: brmc image puts it in place of this one.
    buildroot: {toolchain: TOOLCHAINS[toolchain === 'internal' ? 'internal' : 'bootlin'], deviceTrees: model.deviceTrees.map(name => `broadcom/${name}`).join(' '), firmware},
    kernelFragments: [`${COMMON}/linux.fragment`, ...templates.has(ownFragment) ? [ownFragment] : [], 'linux-user.fragment']
      .map(path => `$(BR2_EXTERNAL_BRMC_PATH)/${path}`).join(' '),
    // A base serves every deployment of its board, and one board's image may be tried on another: all have all packages.
    packageLines: packageLines(deployments),
    userDefconfig: userDefconfigLines(userDefconfig),
  })
  return {path: `${TREE_FOLDER}/configs/brmc_${board.name}_defconfig`, content, executable: false}
}
