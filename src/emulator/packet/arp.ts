import type {Address} from '../../network/address.js'
import {addressAt, addressBytes} from './address-bytes.js'
import {macAt, macBytes, type Mac} from './mac.js'

/** RFC 826 over Ethernet and IPv4. */
export interface Arp {
  operation: 'request' | 'reply'
  senderMac: Mac
  sender: Address
  targetMac: Mac
  target: Address
}

/** Ethernet (1), IPv4 (0x0800), address lengths 6 and 4. */
const PREAMBLE = Buffer.from('000108000604', 'hex')
const LENGTH = 28

export function encodeArp({operation, senderMac, sender, targetMac, target}: Arp): Buffer {
  const code = Buffer.from([0, operation === 'request' ? 1 : 2])
  return Buffer.concat([PREAMBLE, code, macBytes(senderMac), addressBytes(sender), macBytes(targetMac), addressBytes(target)])
}

/** Undefined for anything but an Ethernet/IPv4 request or reply. */
export function decodeArp(bytes: Buffer): Arp | undefined {
  if (bytes.length < LENGTH || !bytes.subarray(0, PREAMBLE.length).equals(PREAMBLE)) return undefined
  const code = bytes.readUInt16BE(6)
  if (code !== 1 && code !== 2) return undefined
  return {
    operation: code === 1 ? 'request' : 'reply',
    senderMac: macAt(bytes, 8),
    sender: addressAt(bytes, 14, 4),
    targetMac: macAt(bytes, 18),
    target: addressAt(bytes, 24, 4),
  }
}
