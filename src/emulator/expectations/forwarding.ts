import {contains, lastOf, networkOf, widthOf, type Address, type Family} from '../../network/address.js'
import type {MulticastRoute} from '../../multicast/model.js'
import type {Deployment} from '../../spec/deployment.js'

/** What the file says about one packet. */
export interface Forwarding {
  /** Interfaces it leaves by; none: it is not forwarded. */
  to: readonly string[]
  liftTtl: boolean
  /** By interface: it leaves there where its TTL is above this. Of several routes the highest counts. */
  thresholds: ReadonlyMap<string, number>
}

/** 224.0.0.0/24 (RFC 5771 §4) and the scopes 0 to 2 (RFC 7346 §2) never leave their link. */
function isLinkLocalGroup({family, bits}: Address): boolean {
  return family === 4 ? bits >> 8n === 0xe0_0000n : (bits >> 112n & 0xfn) <= 2n
}

/** Every route that holds the packet counts: smcroute.conf is written so that a narrower one also leaves by the vifs of the wider ones. */
export function forwardingOf({routes}: Pick<Deployment, 'routes'>, {from, source, group}: {from: string, source: Address, group: Address}): Forwarding {
  const matching = routes.filter(route => route.from === from && contains(route.group, group) && (route.source === undefined || contains(route.source, source)))
  const to = [...new Set(matching.flatMap(route => route.to))]
  return {
    to,
    liftTtl: matching.some(route => route.liftTtl),
    thresholds: new Map(to.map(name => [name, Math.max(1, ...matching.filter(route => route.to.includes(name)).map(route => route.ttlThreshold))])),
  }
}

/** The TTL that passes all thresholds. */
export const highestThreshold = ({thresholds}: Forwarding): number => Math.max(1, ...thresholds.values())

/** The interfaces by which a packet with this TTL leaves. */
export const passedAt = ({to, thresholds}: Forwarding, ttl: number): string[] => to.filter(name => (thresholds.get(name) ?? 1) < ttl)

/** The group itself, or of a range the first, the middle and the last that can be forwarded. */
export function sampleGroups({group}: Pick<MulticastRoute, 'group'>): Address[] {
  const {family} = group.address
  if (group.length === widthOf(family)) return [group.address]
  const first = networkOf(group).bits
  const last = lastOf(group).bits
  const samples = [...new Set([first, first + (last - first + 1n) / 2n, last])].map(bits => ({family, bits}))
  return samples.filter(sample => !isLinkLocalGroup(sample))
}

const CANDIDATES: Readonly<Record<Family, readonly Address[]>> = {
  // 239.255.0.0/16, IPv4 local scope (RFC 2365 §6.1); ff05::/16, site-local scope.
  4: Array.from({length: 64}, (_, index) => ({family: 4 as const, bits: 0xefff_4d4dn + (BigInt(index) << 18n & 0xf_0000n) + BigInt(index)})),
  6: Array.from({length: 64}, (_, index) => ({family: 6 as const, bits: 0xff05n << 112n | 0x7777_0000n + BigInt(index)})),
}

/** A group that the file routes from nowhere. */
export function unroutedGroup({routes}: Pick<Deployment, 'routes'>, family: Family): Address | undefined {
  return CANDIDATES[family].find(candidate => !routes.some(route => contains(route.group, candidate)))
}
