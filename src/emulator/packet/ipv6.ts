import {addressAt, addressBytes} from './address-bytes.js'
import {IP_PROTOCOL, type IpPacket, type ReceivedIpPacket} from './ip.js'

const HEADER_BYTES = 40
/** Router alert 0 = MLD (RFC 2711 §2.1), padded to eight bytes by PadN. */
const ROUTER_ALERT = Buffer.from('050200000100', 'hex')

/** RFC 8200, with the hop-by-hop options header where a router alert is asked for. */
export function encodeIPv6({source, destination, protocol, ttl, routerAlert, payload}: IpPacket): Buffer {
  const hopByHop = routerAlert ? Buffer.concat([Buffer.from([protocol, 0]), ROUTER_ALERT]) : Buffer.alloc(0)
  const header = Buffer.alloc(8)
  header.writeUInt8(0x60, 0)
  header.writeUInt16BE(hopByHop.length + payload.length, 4)
  header.writeUInt8(routerAlert ? IP_PROTOCOL.hopByHop : protocol, 6)
  header.writeUInt8(ttl, 7)
  return Buffer.concat([header, addressBytes(source), addressBytes(destination), hopByHop, payload])
}

/** Undefined where the bytes are no whole IPv6 packet. Of the extension headers only hop-by-hop options are looked through. */
export function decodeIPv6(bytes: Buffer): ReceivedIpPacket | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt8(0) >> 4 !== 6) return undefined
  const end = HEADER_BYTES + bytes.readUInt16BE(4)
  if (bytes.length < end) return undefined
  const body = bytes.subarray(HEADER_BYTES, end)
  const extended = bytes.readUInt8(6) === IP_PROTOCOL.hopByHop
  const optionBytes = extended && body.length >= 8 ? 8 * (body.readUInt8(1) + 1) : 0
  if (extended && (optionBytes === 0 || body.length < optionBytes)) return undefined
  return {
    source: addressAt(bytes, 8, 6),
    destination: addressAt(bytes, 24, 6),
    protocol: extended ? body.readUInt8(0) : bytes.readUInt8(6),
    ttl: bytes.readUInt8(7),
    routerAlert: hasRouterAlert(body.subarray(2, Math.max(2, optionBytes))),
    payload: body.subarray(optionBytes),
    headerChecksumValid: true,
    fragment: false,
  }
}

function hasRouterAlert(options: Buffer): boolean {
  let at = 0
  while (at < options.length) {
    const type = options.readUInt8(at)
    if (type === 5) return true
    at += type === 0 || at + 1 >= options.length ? 1 : 2 + options.readUInt8(at + 1)
  }

  return false
}
