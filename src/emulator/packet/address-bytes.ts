import {widthOf, type Address, type Family} from '../../network/address.js'

/** An address as it stands in a packet: 4 or 16 bytes, network order. */
export function addressBytes({family, bits}: Address): Buffer {
  return Buffer.from(bits.toString(16).padStart(widthOf(family) / 4, '0'), 'hex')
}

/** The address at `offset` of `bytes`, which must hold it whole. */
export function addressAt(bytes: Buffer, offset: number, family: Family): Address {
  return {family, bits: BigInt(`0x${bytes.toString('hex', offset, offset + widthOf(family) / 8)}`)}
}

export const isSameAddress = (one: Address, other: Address): boolean => one.family === other.family && one.bits === other.bits

/** 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 §2.7). */
export function isMulticast({family, bits}: Address): boolean {
  return family === 4 ? bits >> 28n === 0xen : bits >> 120n === 0xffn
}

/** The unspecified address: 0.0.0.0 or ::. */
export const unspecified = (family: Family): Address => ({family, bits: 0n})
