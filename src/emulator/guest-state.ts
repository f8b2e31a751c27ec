import type {Address} from '../network/address.js'

/** What is asked over the console, by the name it has in the report. Nothing here changes the guest. */
export const GUEST_QUESTIONS = {
  ip_mr_vif: 'cat /proc/net/ip_mr_vif',
  ip_mr_cache: 'cat /proc/net/ip_mr_cache',
  ip6_mr_vif: 'cat /proc/net/ip6_mr_vif',
  ip6_mr_cache: 'cat /proc/net/ip6_mr_cache',
  mc_forwarding: 'grep . /proc/sys/net/ipv4/conf/*/mc_forwarding /proc/sys/net/ipv6/conf/*/mc_forwarding',
  forwarding: 'grep . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts /proc/sys/net/ipv6/icmp/echo_ignore_multicast /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv6/conf/*/disable_ipv6',
  nftables: 'nft list ruleset',
  igmp: 'cat /proc/net/igmp',
  igmp6: 'cat /proc/net/igmp6',
  addresses: 'ip addr',
  routes: 'ip route; ip -6 route',
  processes: 'ps',
  daemonLog: 'cat /run/multicast-daemon.log.old /run/multicast-daemon.log | tail -n 60',
  firstProgram: 'dmesg | grep -m 1 "Run .* as init process"',
  kernelLog: 'dmesg | tail -n 40',
  memory: 'free; cat /proc/uptime',
} as const

export type GuestQuestion = keyof typeof GUEST_QUESTIONS
export type GuestState = Readonly<Partial<Record<GuestQuestion, string>>>

/** When the kernel ran the first program (init/main.c, run_init_process), in seconds of its own clock; undefined where its log has lost that. */
export function kernelAtInit({firstProgram = ''}: GuestState): number | undefined {
  const seconds = /^\[ *(\d+\.\d+)\] Run \S+ as init process/m.exec(firstProgram)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

/** A kernel setting by its path below /proc/sys; undefined where it was not asked for or is not there. */
export function settingOf({forwarding = ''}: GuestState, path: string): string | undefined {
  return forwarding.split('\n').map(line => line.split(':')).find(([file]) => file === `/proc/sys/${path}`)?.[1]
}

/** Whether an interface is there, up, and has a link; undefined where nobody asked. */
export function isLinkUp({addresses}: GuestState, name: string): boolean | undefined {
  const flags = addresses?.split('\n').map(line => /^\d+: ([^:@]+)(?:@\S+)?: <([^>]*)>/.exec(line)).find(match => match?.[1] === name)?.[2]
  return addresses === undefined ? undefined : flags?.split(',').includes('LOWER_UP') ?? false
}

/** One line of /proc/net/ip_mr_cache or ip6_mr_cache (net/ipv4/ipmr.c, net/ipv6/ip6mr.c). */
export interface CacheEntry {
  group: bigint
  origin: bigint
  /** vif number it arrives on; -1 while the daemon has not said. */
  inbound: number
  packets: number
  wrong: number
  /** vif numbers it leaves by, with the threshold of each. */
  outbound: ReadonlyMap<number, number>
}

/** vif numbers by interface name, from /proc/net/ip_mr_vif or ip6_mr_vif. */
export function parseVifs(text: string): Map<string, number> {
  const lines = text.split('\n').map(line => line.trim().split(/\s+/))
  return new Map(lines.flatMap(([number, name]) => name !== undefined && /^\d+$/.test(number ?? '') ? [[name, Number(number)] as const] : []))
}

export function parseCache(text: string, family: Address['family']): CacheEntry[] {
  return text.split('\n').flatMap(line => {
    const [group = '', origin = '', inbound, packets, , wrong, ...outbound] = line.trim().split(/\s+/)
    if (!(family === 4 ? /^[0-9A-Fa-f]{8}$/ : /^[0-9a-f:]+:[0-9a-f:]+$/i).test(group) || packets === undefined) return []
    return [{
      group: cacheAddress(group, family),
      origin: cacheAddress(origin, family),
      inbound: Number(inbound),
      packets: Number(packets),
      wrong: Number(wrong),
      outbound: new Map(outbound.map(pair => pair.split(':').map(Number)).flatMap(([vif, ttl]) => vif !== undefined && ttl !== undefined ? [[vif, ttl] as const] : [])),
    }]
  })
}

/** IPv4 is printed as a host-order number of network-order bytes, little-endian on every board there is; IPv6 as eight full groups. */
function cacheAddress(text: string, family: Address['family']): bigint {
  if (family === 6) return BigInt(`0x${text.replaceAll(':', '')}`)
  return BigInt(`0x${Buffer.from(text, 'hex').reverse().toString('hex')}`)
}
