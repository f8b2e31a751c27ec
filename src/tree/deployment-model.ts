import {daemonOf} from '../multicast/daemons.js'
import {firewallModel, type FirewallModel} from '../multicast/firewall.js'
import {type IgmpproxyModel, igmpproxyModel} from '../multicast/igmpproxy.js'
import {type MroutedModel, mroutedModel} from '../multicast/mrouted.js'
import {type NftablesModel, nftablesModel} from '../multicast/nftables.js'
import {type SearchesModel, searchesModel} from '../multicast/searches.js'
import {type SmcrouteModel, smcrouteModel} from '../multicast/smcroute.js'
import {saltFor, sha512Crypt} from './sha512-crypt.js'
import {type InterfaceLine, interfaceLines} from './interface-lines.js'
import {type HostapdModel, hostapdModel} from '../network/hostapd.js'
import {globalSysctls, type Sysctl} from '../network/sysctl.js'
import {type UdhcpdModel, udhcpdModel} from '../network/udhcpd.js'
import type {Deployment} from '../spec/deployment.js'

/** All that the templates of overlays/deployment print, escaped for the file it stands in. */
export interface DeploymentModel {
  deployment: string
  hostname: string
  authorizedKeys: readonly string[]
  passwordHash?: string
  interfaces: InterfaceLine[]
  sysctls: Sysctl[]
  nftables: NftablesModel & {firewall: FirewallModel | undefined, searches: SearchesModel}
  smcroute: SmcrouteModel
  igmpproxy: IgmpproxyModel
  mrouted: MroutedModel
  accessPoints: HostapdModel[]
  dhcpServers: UdhcpdModel[]
}

/** @throws BrmcError SPEC_INVALID where a DHCP range is in no network of its interface */
export function deploymentModel(deployment: Deployment): DeploymentModel {
  const {name, password, hostname, authorizedKeys, interfaces, ports, nat, routes, daemon} = deployment
  return {
    deployment: name,
    hostname,
    authorizedKeys,
    ...password && {passwordHash: 'hash' in password ? password.hash : sha512Crypt(password.text, saltFor(password.image))},
    interfaces: interfaceLines(deployment),
    sysctls: globalSysctls(deployment),
    nftables: {...nftablesModel({interfaces, nat, routes, daemon}), firewall: firewallModel(deployment), searches: searchesModel(deployment)},
    smcroute: smcrouteModel(routes.filter(({family}) => daemonOf(daemon, family) === 'smcroute')),
    igmpproxy: igmpproxyModel(interfaces, routes),
    mrouted: mroutedModel(deployment),
    accessPoints: [...interfaces, ...ports].flatMap(one => hostapdModel(one) ?? []),
    dhcpServers: interfaces.flatMap(one => udhcpdModel(one) ?? []),
  }
}
