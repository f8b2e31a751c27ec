import {packagesNamed} from '../boards/packages.js'
import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import {specOf, type ImageManifest} from '../image/manifest.js'
import type {Layer} from '../overlay/layer.js'
import type {Run} from '../process/run.js'
import {baseNeeds, lacksOfBase} from '../spec/base-needs.js'
import type {Deployment} from '../spec/deployment.js'
import {resolveDeployment} from '../spec/resolve.js'
import type {TreeFile} from '../tree/template-set.js'
import {alone, PROJECT_LOCK} from './alone.js'
import {chooseDeployments, openProject, type ChosenDeployment} from './open-project.js'
import {readImageManifest} from './read-image.js'
import {readLayers} from './read-layers.js'
import type {Reporting} from './reporting.js'
import {applyTree, planTree} from './sync-tree.js'

/** A deployment of the project that is to take the place of the one an image was made of. */
export interface Site extends ChosenDeployment {
  /** Absolute path of the project. */
  folder: string
  /** Files that hold secrets, which are in no folder. */
  withheld: readonly TreeFile[]
}

/** What brmc wrote beside an image of its own; undefined for anybody else's. Of an image that must be ours (`needed`), throws what is wrong with it. */
export async function manifestOf(image: string, {needed}: {needed: boolean}): Promise<ImageManifest | undefined> {
  if (needed) return readImageManifest(image)
  return await readTextIfThere(`${image}.json`) === undefined ? undefined : readImageManifest(image).catch(() => undefined)
}

/**
 * The deployment `name` of the project in `folder`, generated as for an image of its own. Base and root format are the image's. Throws BrmcError
 * BASE_UNSUPPORTED where it needs another base than the image has.
 */
export async function openSite({folder, name, manifest}: {folder: string, name: string, manifest: ImageManifest}, reporting: Reporting): Promise<Site> {
  const project = await openProject(folder, 'values')
  const [chosen] = chooseDeployments(project, [name])
  if (!chosen) throw new BrmcError('USAGE', `there is no deployment ${name}`)
  const there = specOf(manifest, project.text.secrets?.values ?? new Map())
  if (!there) throw new BrmcError('IMAGE_INVALID', 'the manifest of the image does not say what it was made of', {suggestions: [`make it anew: brmc image ${name}`]})
  const {root, base} = there
  const site = {...chosen, spec: {...chosen.spec, root, base}, deployment: {...chosen.deployment, root, base}}
  refuseOtherBase(manifest, resolveDeployment(there, manifest.deployment), site.deployment)
  return alone({folder: project.folder, purpose: PROJECT_LOCK}, reporting, async () => {
    const planned = await planTree(project)
    await applyTree(planned, reporting.signal)
    return {...site, folder: project.folder, withheld: planned.files.filter(({secrets}) => secrets !== undefined)}
  })
}

interface SiteReading {
  /** Has the accounts. */
  below: Layer
  epoch: number
  scratch: string
  run: Run
  signal: AbortSignal
}

/** All that is laid over the base for it, `below` first. */
export async function readSite(site: Site, {below, epoch, scratch, run, signal}: SiteReading): Promise<Layer[]> {
  return readLayers({...site, base: below, epoch, scratch, run, signal})
}

function refuseOtherBase({base}: ImageManifest, image: Deployment, wanted: Deployment): void {
  const names = base.packages.map(({name}) => name)
  // Whether its hostapd speaks WPA3 is seen in hostapd (refuseWithoutWpa3).
  const has = {packages: packagesNamed(names, image.base), sshServer: names.includes(SSH_SERVER[image.base]), wpa3: true}
  const reason = image.board !== wanted.board ? `it is for ${image.board}, and ${wanted.name} for ${wanted.board}`
    : image.base === 'debian' && JSON.stringify(image.debian) !== JSON.stringify(wanted.debian) ? `${wanted.name} has another debian`
      : lacksOfBase(has, wanted).map(({what}) => `${wanted.name} needs ${what}`).join('; ')
  if (reason !== '') throw otherBase(wanted, reason)
}

const SSH_SERVER = {debian: 'dropbear-bin', buildroot: 'dropbear'} as const

/** Is only there with CONFIG_SAE (hostapd/config_file.c). */
const SPEAKS_SAE = 'Invalid sae_password'

/** Throws BrmcError BASE_UNSUPPORTED where the deployment's access point speaks WPA3, and the hostapd of the image does not: the radio would stay silent. */
export function refuseWithoutWpa3({deployment}: Pick<Site, 'deployment'>, hostapd: Buffer | undefined): void {
  const [lack] = lacksOfBase({...baseNeeds(deployment), wpa3: hostapd?.includes(SPEAKS_SAE) === true}, deployment)
  if (lack) throw otherBase(deployment, `${deployment.name} needs ${lack.what}`)
}

function otherBase({name}: Deployment, reason: string): BrmcError {
  return new BrmcError('BASE_UNSUPPORTED', `the image has another base than ${name} needs: ${reason}`, {suggestions: [`make it anew: brmc image ${name}`]})
}

/** The kernel's argument for the radio's country, as tree/boot-config.ts writes it. */
export function cmdlineFor(cmdline: string, {interfaces, ports}: Deployment): string {
  const country = [...interfaces, ...ports].find(({accessPoint}) => accessPoint !== undefined)?.accessPoint?.country
  const others = cmdline.trim().split(/\s+/).filter(argument => !argument.startsWith(REGDOM))
  return `${[...others, ...country === undefined ? [] : [`${REGDOM}${country}`]].join(' ')}\n`
}

const REGDOM = 'cfg80211.ieee80211_regdom='

