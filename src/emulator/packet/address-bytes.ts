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

/** The unspecified address: 0.0.0.0 or ::. */
export const unspecified = (family: Family): Address => ({family, bits: 0n})
