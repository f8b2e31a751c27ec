import {packagesOfDaemons} from '../multicast/daemons.js'
import type {Discovery} from '../multicast/discovery.js'
import type {Mrouted} from '../multicast/mrouted.js'
import type {MulticastRoute} from '../multicast/model.js'
import {ssdpRoutes} from '../multicast/ssdp.js'
import {parseAddress, parsePrefix, parseRange, type Address, type Prefix} from '../network/address.js'
import type {Binding, BridgePort, DhcpServer, NetworkInterface, Opening} from '../network/model.js'
import {parsePorts} from '../network/ports.js'
import type {Deployment} from './deployment.js'
import type {Spec} from './schema.js'

/** A checked spec with every text read into what it means. */
export function resolveDeployment(spec: Spec, name: string): Deployment {
  const {daemon} = spec.multicast
  const ports = portsOf(spec)
  const interfaces = Object.entries(spec.interfaces).filter(([interfaceName]) => !ports.some(port => port.name === interfaceName))
    .map(([interfaceName, written]) => resolveInterface(interfaceName, written))
  const discovery = resolveDiscovery(spec.multicast.discovery, interfaces)
  const routes = [...spec.multicast.routes.map(route => resolveRoute(route)), ...ssdpRoutes(discovery.ssdp, {interfaces, daemon})]
  return {
    name,
    board: spec.board,
    base: spec.base,
    root: spec.root,
    debian: spec.debian,
    buildroot: spec.buildroot,
    kernel: spec.kernel,
    hostname: spec.system.hostname,
    ...passwordOf(spec, name),
    authorizedKeys: spec.system.ssh.authorizedKeys.map(key => key.trim()),
    siteSettings: spec.system.siteSettings,
    sysctl: Object.fromEntries(Object.entries(spec.system.sysctl).map(([key, value]) => [key.replaceAll('/', '.'), String(value)])),
    interfaces,
    ports,
    nat: spec.nat,
    firewall: {upstream: spec.firewall.upstream, open: spec.firewall.open.map(opening => resolveOpening(opening))},
    daemon,
    mrouted: resolveMrouted(spec.multicast.mrouted),
    answerPing: spec.multicast.answerPing,
    routes,
    discovery,
    ...spec.statusPage === undefined ? {} : {statusPage: resolveStatusPage(spec.statusPage, spec.interfaces)},
    packages: [...spec.packages, ...packagesOfDaemons({daemon, routes, discovery}).filter(name => !(spec.packages as readonly string[]).includes(name))],
    overlays: spec.overlays.map(overlay => overlay.replace(/\/+$/, '')),
  }
}

function passwordOf({name: project, system: {password, passwordHash}}: Spec, name: string): Pick<Deployment, 'password'> {
  if (passwordHash !== undefined) return {password: {hash: passwordHash}}
  return password === undefined ? {} : {password: {text: password, image: `${project}/${name}`}}
}

function resolveMrouted({interfaces, staticGroups, tunnels}: Spec['multicast']['mrouted']): Mrouted {
  return {
    ...interfaces && {interfaces},
    staticGroups: staticGroups.map(({group, on}) => ({group: addressOf(group), on})),
    tunnels: tunnels.map(({remote, ...rest}) => ({...rest, remote: addressOf(remote)})),
  }
}

function resolveDiscovery(written: Spec['multicast']['discovery'], interfaces: readonly NetworkInterface[]): Discovery {
  const all = interfaces.map(({name}) => name)
  const sides = (kind: keyof Discovery): readonly string[] => {
    const named = Array.isArray(written) ? written.includes(kind) ? 'all' : [] : written[kind] ?? []
    return named === 'all' ? all : named
  }
  return {mdns: sides('mdns'), ssdp: sides('ssdp')}
}

type WrittenInterface = Spec['interfaces'][string]

function portsOf({interfaces}: Spec): BridgePort[] {
  return Object.entries(interfaces).flatMap(([bridgeName, {bridge}]) => (bridge?.ports ?? []).map(name => {
    const {accessPoint, ...written} = interfaces[name] ?? {}
    return {name, bridge: bridgeName, ...bindingOf(written), ...accessPoint === undefined ? {} : {accessPoint}}
  }))
}

function bindingOf({mac, driver, place}: Partial<WrittenInterface>): Binding {
  return {...mac === undefined ? {} : {mac}, ...driver === undefined ? {} : {driver}, ...place === undefined ? {} : {place}}
}

/** Who leaves out role and address where both are needed is told by a rule (N65). */
function resolveInterface(name: string, written: WrittenInterface): NetworkInterface {
  const {role = 'downstream', address = [], gateway, dhcpServer, accessPoint, bridge, vlan} = written
  return {
    name,
    role,
    ...bindingOf(written),
    ...bridge === undefined ? {} : {bridge},
    ...vlan === undefined ? {} : {vlan},
    addresses: address === 'dhcp' ? [] : [address].flat().map(text => prefixOf(text)),
    dhcp: address === 'dhcp',
    gateways: gateway.map(text => addressOf(text)),
    ...dhcpServer === undefined ? {} : {dhcpServer: resolveDhcpServer(dhcpServer)},
    ...accessPoint === undefined ? {} : {accessPoint},
  }
}

function resolveStatusPage({port, interfaces}: NonNullable<Spec['statusPage']>, all: Spec['interfaces']): NonNullable<Deployment['statusPage']> {
  return {port, interfaces: interfaces ?? Object.keys(all).filter(name => all[name]?.role === 'downstream')}
}

function resolveDhcpServer({from, to, dns, leaseMinutes}: NonNullable<WrittenInterface['dhcpServer']>): DhcpServer {
  return {from: addressOf(from), to: addressOf(to), dns: dns.map(text => addressOf(text)), leaseMinutes}
}

function resolveOpening({protocol, port, from, to}: Spec['firewall']['open'][number]): Opening {
  return {protocol, ports: parsePorts(String(port)) ?? refused(String(port)), from, ...to !== undefined && {to}}
}

function resolveRoute({group, source, from, to, liftTtl, ttlThreshold, join, reversePathCheck}: Spec['multicast']['routes'][number]): MulticastRoute {
  const groupPrefix = rangeOf(group)
  return {
    family: groupPrefix.address.family,
    group: groupPrefix,
    ...source === undefined ? {} : {source: rangeOf(source)},
    from,
    to,
    liftTtl,
    ttlThreshold,
    join,
    reversePathCheck,
  }
}

function rangeOf(text: string): Prefix {
  return parseRange(text) ?? refused(text)
}

function addressOf(text: string): Address {
  return parseAddress(text) ?? refused(text)
}

function prefixOf(text: string): Prefix {
  return parsePrefix(text) ?? refused(text)
}

/** The schema lets only what can be read through. */
function refused(text: string): never {
  throw new TypeError(`not an address or port: ${text}`)
}
