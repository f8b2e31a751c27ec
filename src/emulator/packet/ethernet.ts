import {macAt, macBytes, type Mac} from './mac.js'

/** IEEE 802 numbers (IANA). */
export const ETHER_TYPE = {ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd} as const

export interface EthernetFrame {
  destination: Mac
  source: Mac
  etherType: number
  /** With whatever padding the sender added behind it. */
  payload: Buffer
}

const HEADER_BYTES = 14
/** IEEE 802.3: 64 bytes less the frame check sequence, which QEMU's wires do not carry. */
const SHORTEST_FRAME = 60

export function encodeEthernet({destination, source, etherType, payload}: EthernetFrame): Buffer {
  const type = Buffer.alloc(2)
  type.writeUInt16BE(etherType)
  const padding = Buffer.alloc(Math.max(0, SHORTEST_FRAME - HEADER_BYTES - payload.length))
  return Buffer.concat([macBytes(destination), macBytes(source), type, payload, padding])
}

/** Undefined where the bytes are too few for a header. */
export function decodeEthernet(bytes: Buffer): EthernetFrame | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  return {destination: macAt(bytes, 0), source: macAt(bytes, 6), etherType: bytes.readUInt16BE(12), payload: bytes.subarray(HEADER_BYTES)}
}
