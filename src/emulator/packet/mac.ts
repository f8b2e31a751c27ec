import type {Address} from '../../network/address.js'
import {addressBytes} from './address-bytes.js'

/** Six lower-case hex pairs with colons. */
export type Mac = string

export const BROADCAST_MAC: Mac = 'ff:ff:ff:ff:ff:ff'

export const macBytes = (mac: Mac): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex')

export const macAt = (bytes: Buffer, offset: number): Mac => bytes.toString('hex', offset, offset + 6).replaceAll(/..(?=.)/g, '$&:')

/** Where a multicast packet goes on Ethernet: the last 23 bits of an IPv4 group (RFC 1112 §6.4), the last 32 of an IPv6 one (RFC 2464 §7). */
export function multicastMac(group: Address): Mac {
  const bytes = addressBytes(group)
  const tail = bytes.subarray(group.family === 4 ? 1 : 12)
  const mac = Buffer.concat([Buffer.from(group.family === 4 ? '01005e' : '3333', 'hex'), tail])
  if (group.family === 4) mac.writeUInt8(mac.readUInt8(3) & 0x7f, 3)
  return macAt(mac, 0)
}

/** fe80::/64 with the interface identifier made from a MAC address (RFC 4291 appendix A). */
export function linkLocalOf(mac: Mac): Address {
  const bytes = macBytes(mac)
  const identifier = Buffer.concat([bytes.subarray(0, 3), Buffer.from('fffe', 'hex'), bytes.subarray(3)])
  identifier.writeUInt8(identifier.readUInt8(0) ^ 2, 0)
  return {family: 6, bits: 0xfe80n << 112n | identifier.readBigUInt64BE()}
}

/** The group a neighbour is asked for on: ff02::1:ff00:0/104 with the last 24 bits of its address (RFC 4291 §2.7.1). */
export function solicitedNode(address: Address): Address {
  return {family: 6, bits: 0xff02n << 112n | 0x1_ff00_0000n | address.bits & 0xff_ffffn}
}
