import {routesBeside} from '../multicast/daemons.js'
import type {Deployment} from '../spec/deployment.js'
import {type DeploymentModel, deploymentModel} from './deployment-model.js'
import {siteChannels} from './site-channels.js'

/** One file of overlays/deployments/<name>: what to render, where it goes, what it prints. */
export interface DeploymentFile {
  /** Path of the template below overlays/deployment. */
  template: string
  /** Path in the root file system, without a leading slash. */
  target: string
  model: Readonly<Record<string, unknown>>
}

type Models = (model: DeploymentModel, deployment: Deployment) => readonly {target?: string, model: object}[]

const one = (model: object): readonly {model: object}[] => [{model}]

/** Each template, and a model for each file it makes: none where the deployment has no use for it. */
const CATALOGUE: Readonly<Record<string, Models>> = {
  'etc/hostname.ejs': ({hostname}) => one({hostname}),
  'etc/hosts.ejs': ({hostname}) => one({hostname}),
  'etc/sysctl.d/brmc.conf.ejs': ({sysctls}) => one({sysctls}),
  'etc/nftables.conf.ejs': ({nftables}) => one(nftables),
  // What is loaded where nft refuses the other.
  'etc/nftables-closed.conf.ejs': ({nftables: {firewall}}) => firewall ? one({inside: firewall.inside}) : [],
  'etc/brmc/interfaces.ejs': ({interfaces}) => one({lines: interfaces}),
  // Which is there decides what runs: one owner of the IPv4 multicast routing table, and beside mrouted or igmpproxy smcroute for IPv6.
  'etc/smcroute.conf.ejs': ({smcroute}, deployment) => deployment.daemon === 'smcroute' || routesBeside(deployment) ? one(smcroute) : [],
  'etc/igmpproxy.conf.ejs': ({igmpproxy}, {daemon}) => daemon === 'igmpproxy' ? one(igmpproxy) : [],
  'etc/mrouted.conf.ejs': ({mrouted}, {daemon}) => daemon === 'mrouted' ? one(mrouted) : [],
  // Its being there decides whether the reflector runs: Buildroot's package brings an avahi-daemon.conf of its own.
  'etc/avahi/reflector.conf.ejs': (_, {discovery: {mdns}}) => mdns.length > 0 ? one({interfaces: mdns}) : [],
  'etc/hostapd/interface.conf.ejs': ({accessPoints}) => accessPoints.map(model => ({target: `etc/hostapd/${model.name}.conf`, model})),
  'etc/udhcpd/interface.conf.ejs': ({dhcpServers}) => dhcpServers.map(model => ({target: `etc/udhcpd/${model.name}.conf`, model})),
  // Its being there lets settings on the FAT partition count.
  'etc/brmc/site-settings.ejs': (_, deployment) => deployment.siteSettings ? one({radios: siteChannels(deployment)}) : [],
  'etc/brmc/root-password.ejs': ({passwordHash}) => passwordHash === undefined ? [] : one({passwordHash}),
  'root/.ssh/authorized_keys.ejs': ({authorizedKeys}) => authorizedKeys.length > 0 ? one({authorizedKeys}) : [],
}

/**
 * The files of a deployment's overlay.
 * @throws BrmcError SPEC_INVALID as deploymentModel does
 */
export function deploymentFiles(deployment: Deployment): DeploymentFile[] {
  const all = deploymentModel(deployment)
  return Object.entries(CATALOGUE).flatMap(([template, models]) => models(all, deployment).map(({target, model}) => (
    {template, target: target ?? template.replace(/\.ejs$/, ''), model: {deployment: deployment.name, ...model}})))
}
