import {BrmcError} from '../errors.js'
import {contains, formatAddress, type Prefix, widthOf} from './address.js'
import type {NetworkInterface} from './model.js'

/** What udhcpd.conf.ejs prints (BusyBox networking/udhcp/dhcpd.c). */
export interface UdhcpdModel {
  name: string
  start: string
  end: string
  maxLeases: number
  subnet: string
  router: string
  dns: string
  leaseSeconds: number
}

/** @throws BrmcError SPEC_INVALID where the range is not in a network of the interface: udhcpd would serve addresses nobody can use */
export function udhcpdModel({name, dhcpServer, addresses}: NetworkInterface): UdhcpdModel | undefined {
  if (!dhcpServer) return undefined
  const {from, to, dns, leaseMinutes} = dhcpServer
  const network = addresses.find(prefix => contains(prefix, from) && contains(prefix, to))
  if (!network || to.bits < from.bits) {
    throw new BrmcError('SPEC_INVALID', `interfaces.${name}.dhcpServer: ${formatAddress(from)} to ${formatAddress(to)} is not a range in a network of ${name}`, {
      suggestions: [`give ${name} a static address in the same network as the range`],
    })
  }

  return {
    name,
    start: formatAddress(from),
    end: formatAddress(to),
    maxLeases: Number(to.bits - from.bits) + 1,
    subnet: maskOf(network),
    router: formatAddress(network.address),
    dns: dns.map(formatAddress).join(' '),
    leaseSeconds: leaseMinutes * 60,
  }
}

function maskOf({address: {family}, length}: Prefix): string {
  const hostBits = BigInt(widthOf(family) - length)
  return formatAddress({family, bits: (1n << BigInt(widthOf(family))) - 1n >> hostBits << hostBits})
}
