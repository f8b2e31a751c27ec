import {addressAt, addressBytes} from './address-bytes.js'
import {internetChecksum, withChecksum} from './checksum.js'
import type {IpPacket, ReceivedIpPacket} from './ip.js'

const HEADER_BYTES = 20
/** Option 148, length 4, value 0: every router examines the packet (RFC 2113 §2.1). */
const ROUTER_ALERT = Buffer.from('94040000', 'hex')

/** RFC 791. The identification is 0 and don't-fragment is set, as RFC 6864 §4 allows for packets that are never cut. */
export function encodeIPv4({source, destination, protocol, ttl, routerAlert, payload}: IpPacket): Buffer {
  const options = routerAlert ? ROUTER_ALERT : Buffer.alloc(0)
  const header = Buffer.alloc(12)
  header.writeUInt8(0x40 | (HEADER_BYTES + options.length) / 4, 0)
  header.writeUInt16BE(HEADER_BYTES + options.length + payload.length, 2)
  header.writeUInt16BE(0x4000, 6)
  header.writeUInt8(ttl, 8)
  header.writeUInt8(protocol, 9)
  return Buffer.concat([withChecksum(Buffer.concat([header, addressBytes(source), addressBytes(destination), options]), 10), payload])
}

/** Undefined where the bytes are no whole IPv4 packet. Padding behind the packet is cut off. */
export function decodeIPv4(bytes: Buffer): ReceivedIpPacket | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt8(0) >> 4 !== 4) return undefined
  const headerBytes = (bytes.readUInt8(0) & 0xf) * 4
  const totalBytes = bytes.readUInt16BE(2)
  if (headerBytes < HEADER_BYTES || totalBytes < headerBytes || bytes.length < totalBytes) return undefined
  const header = bytes.subarray(0, headerBytes)
  return {
    source: addressAt(bytes, 12, 4),
    destination: addressAt(bytes, 16, 4),
    protocol: bytes.readUInt8(9),
    ttl: bytes.readUInt8(8),
    routerAlert: hasRouterAlert(header.subarray(HEADER_BYTES)),
    payload: bytes.subarray(headerBytes, totalBytes),
    headerChecksumValid: internetChecksum(header) === 0,
    fragment: (bytes.readUInt16BE(6) & 0x1fff) !== 0,
  }
}

function hasRouterAlert(options: Buffer): boolean {
  let at = 0
  while (at < options.length) {
    const type = options.readUInt8(at)
    if (type === 0) return false
    if (type === 148) return true
    const length = type === 1 ? 1 : at + 1 < options.length ? options.readUInt8(at + 1) : 0
    if (length === 0) return false
    at += length
  }

  return false
}
