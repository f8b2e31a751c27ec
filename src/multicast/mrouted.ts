import {formatAddress, type Address} from '../network/address.js'

/** What brmc.yaml says of mrouted beyond that it runs. */
export interface Mrouted {
  /** Those that take part; absent: all. */
  interfaces?: readonly string[]
  staticGroups: readonly {group: Address, on: string}[]
  tunnels: readonly {on: string, remote: Address, metric: number, ttlThreshold: number}[]
}

/** What mrouted.conf.ejs prints; names and addresses need no escape in mrouted.conf(5), whose words end at white space. */
export interface MroutedModel {
  phyints: {name: string, isEnabled: boolean, staticGroups: string[]}[]
  tunnels: {on: string, remote: string, metric: number, ttlThreshold: number}[]
}

interface Router {
  mrouted: Mrouted
  interfaces: readonly {name: string}[]
}

/** A line for each interface: what has none (a bridge's port, a card that comes along) takes no part. */
export function mroutedModel({mrouted: {interfaces: taking, staticGroups, tunnels}, interfaces}: Router): MroutedModel {
  return {
    phyints: interfaces.map(({name}) => ({
      name,
      isEnabled: taking?.includes(name) ?? true,
      staticGroups: [...new Set(staticGroups.filter(({on}) => on === name).map(({group}) => formatAddress(group)))],
    })),
    tunnels: tunnels.map(({remote, ...rest}) => ({...rest, remote: formatAddress(remote)})),
  }
}
