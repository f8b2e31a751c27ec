import {formatAddress, networkOf, type Prefix} from '../network/address.js'
import type {NetworkInterface} from '../network/model.js'
import type {MulticastRoute} from './model.js'

/** What igmpproxy.conf.ejs prints; names and addresses need no escape in igmpproxy.conf(5), whose words end at white space. */
export interface IgmpproxyModel {
  phyints: {name: string, role: 'upstream' | 'downstream' | 'disabled', whitelist: string[]}[]
}

/** Roles from the interfaces; where routes are written, their groups alone, each by the interfaces of its route. */
export function igmpproxyModel(interfaces: readonly NetworkInterface[], routes: readonly MulticastRoute[]): IgmpproxyModel {
  const own = routes.filter(({family}) => family === 4)
  return {
    phyints: interfaces.map(({name, role}) => {
      const groups = own.filter(({to}) => role === 'upstream' || to.includes(name)).map(({group}) => withLength(group))
      return {name, role: own.length > 0 && groups.length === 0 ? 'disabled' as const : role, whitelist: [...new Set(groups)]}
    }),
  }
}

/** igmpproxy compares a group with the address as it is written, so no bits may be set behind the length; and a single one needs its /32. */
const withLength = (group: Prefix): string => `${formatAddress(networkOf(group))}/${group.length}`
