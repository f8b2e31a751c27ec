import type {PackageName} from '../boards/packages.js'
import {speaksWpa3} from '../network/hostapd.js'
import type {Deployment} from './deployment.js'
import type {SpecPath} from './finding.js'

/** What deployments want of their base beside the board: where a base has it not, no layer over it brings it. */
export interface BaseNeeds {
  packages: readonly PackageName[]
  /** Of Debian's packages for those that want it; Buildroot's tree always has one. */
  sshServer: boolean
  /** Debian's hostapd always speaks it; Buildroot's where it was asked for. */
  wpa3: boolean
}

/** Without a key nobody logs in; keys may also come from the card. */
export const wantsSshServer = ({authorizedKeys, siteSettings}: Pick<Deployment, 'authorizedKeys' | 'siteSettings'>): boolean => authorizedKeys.length > 0 || siteSettings

export function baseNeeds(deployment: Deployment, base = deployment.base): BaseNeeds {
  return {
    packages: deployment.packages,
    sshServer: base === 'debian' && wantsSshServer(deployment),
    wpa3: base === 'buildroot' && speaksWpa3(deployment),
  }
}

/** What the base of one of a project's `deployments` is made for: Buildroot's one tree serves them all. */
export function needsOfBase(deployment: Deployment, deployments: readonly Deployment[]): BaseNeeds {
  const needs = (deployment.base === 'buildroot' ? deployments : [deployment]).map(one => baseNeeds(one, deployment.base))
  return {packages: needs.flatMap(({packages}) => packages), sshServer: needs.some(({sshServer}) => sshServer), wpa3: needs.some(({wpa3}) => wpa3)}
}

/** What a base made for `there` has not and `wanted` needs, in words, each with the key that asks for it. Nothing: it will do. */
export function lacksOfBase(there: BaseNeeds, wanted: Deployment): {path: SpecPath, what: string}[] {
  const {packages, sshServer, wpa3} = baseNeeds(wanted)
  const missing = packages.filter(name => !there.packages.includes(name))
  return [
    ...missing.length > 0 ? [{path: ['packages'], what: missing.join(', ')}] : [],
    ...sshServer && !there.sshServer ? [{path: ['system', ...wanted.siteSettings ? ['siteSettings'] : ['ssh', 'authorizedKeys']], what: 'an SSH server'}] : [],
    ...wpa3 && !there.wpa3 ? [{path: ['interfaces'], what: 'a hostapd that speaks WPA3'}] : [],
  ]
}
