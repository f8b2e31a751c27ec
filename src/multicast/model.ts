import {addressCount, type Family, type Prefix} from '../network/address.js'

/** One static multicast route: packets of `group` that arrive on vif `from` leave by the vifs `to`. */
export interface MulticastRoute {
  family: Family
  /** A single group has the full length: /32 or /128. */
  group: Prefix
  /** Only this sender, (S,G); absent: any, (*,G). */
  source?: Prefix
  from: string
  to: readonly string[]
  /** Raise TTL or hop limit 1 to LIFTED_TTL before routing. */
  liftTtl: boolean
  /** A packet is forwarded where its TTL is above this: 1 to 254. */
  ttlThreshold: number
  /** Join the group on `from` (an mgroup), so that snooping switches send it here. */
  join: boolean
  /** Only of senders that the router would answer by `from`: what comes back by another way is not sent round once more. */
  reversePathCheck: boolean
}

/** TTL that a packet with TTL 1 gets where its route says liftTtl; it leaves the router with one less. */
export const LIFTED_TTL = 64

/** smcroute joins each group of a range by itself, with a socket per 20: a /20 was seen to be joined whole, more was not tried. */
const MOST_GROUPS_JOINED = 4096n

/** Are there few enough groups for the router to join each? */
export const isJoinable = (group: Prefix): boolean => addressCount(group) <= MOST_GROUPS_JOINED
