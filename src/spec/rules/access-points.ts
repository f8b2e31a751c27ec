import {boards} from '../../boards/boards.js'
import {channelRefusal, is5GHz, isKnownCountry} from '../../network/channels.js'
import type {AccessPoint, BridgePort, NetworkInterface} from '../../network/model.js'
import type {SpecPath} from '../finding.js'
import type {Problem, Rule, RuleContext} from './rule.js'

export interface PlacedAccessPoint {
  accessPoint: AccessPoint
  /** Of the radio. */
  name: string
  /** What its stations are on: the radio itself, or the bridge that it is a port of. */
  iface: NetworkInterface
  /** Is that bound to a card, which may be a radio other than the board's own? */
  isBound: boolean
  /** Whose port the radio is. */
  bridge?: NetworkInterface
  path: SpecPath
}

export const accessPoints = ({deployment}: RuleContext): PlacedAccessPoint[] => [
  ...deployment.interfaces.flatMap(iface => iface.accessPoint ? [{...placed(iface, iface.accessPoint), iface}] : []),
  ...deployment.ports.flatMap(port => deployment.interfaces.filter(({name}) => name === port.bridge)
    .flatMap(iface => port.accessPoint ? [{...placed(port, port.accessPoint), iface, bridge: iface}] : [])),
]

function placed({name, mac, driver, place}: NetworkInterface | BridgePort, accessPoint: AccessPoint): Omit<PlacedAccessPoint, 'iface'> {
  return {accessPoint, name, isBound: mac !== undefined || place !== undefined || driver !== undefined && driver !== 'brcmfmac', path: ['interfaces', name, 'accessPoint']}
}

export const channelIsAllowed: Rule = {
  id: 'N08',
  name: 'channelIsAllowed',
  severity: 'error',
  check: context => accessPoints(context).flatMap(({accessPoint: {channel, country}, path}): Problem[] => {
    const refusal = channelRefusal(channel, country)
    return [
      ...refusal ? [{path: [...path, 'channel'], message: refusal.why, seen: 'hostapd ends with "Channel not allowed" (the radio stays silent)', fix: refusal.fix}] : [],
      ...isKnownCountry(country) ? [] : [{
        path: [...path, 'country'],
        message: `the kernel's table of radio rules (wireless-regdb) has no country ${country}`,
        seen: 'with an unknown country the kernel allows what every country allows, and 5 GHz not at all',
        fix: 'write the code of the country the router stands in, such as PT, DE or US (ISO 3166-1)',
      }],
    ]
  }),
}

export const radioHasBand: Rule = {
  id: 'N12',
  name: 'radioHasBand',
  severity: 'error',
  check: context => {
    const {radioFirmware, title} = boards[context.deployment.board]
    const dualBand = radioFirmware.filter(stem => stem.startsWith('brcmfmac43455')).length
    return accessPoints(context).filter(({isBound, accessPoint: {channel}}) => is5GHz(channel) && !isBound && radioFirmware.length > dualBand)
      .map(({accessPoint: {channel}, path}) => ({
        path: [...path, 'channel'],
        severity: dualBand > 0 ? 'warning' as const : 'error' as const,
        message: dualBand > 0 ? `channel ${channel} is in the 5 GHz band, which not every board of this kind has (${title})` : `channel ${channel} is in the 5 GHz band, which the ${title} does not have`,
        fix: 'choose 1 to 11; for a radio on USB give its mac, driver or place',
      }))
  },
}

export const accessPointServesDownstream: Rule = {
  id: 'N09',
  name: 'accessPointServesDownstream',
  severity: 'warning',
  check: context => accessPoints(context).filter(({iface}) => iface.role === 'upstream').map(({name, path}) => ({
    path,
    message: `${name} is an access point and upstream at once: stations would be the network the router is a guest of`,
    fix: 'write role: downstream',
  })),
}

export const accessPointHasAddress: Rule = {
  id: 'N10',
  name: 'accessPointHasAddress',
  severity: 'warning',
  check: context => accessPoints(context).filter(({iface}) => iface.dhcp).map(({iface}) => ({
    path: ['interfaces', iface.name, 'address'],
    message: `${iface.name} is an access point and waits for one of its own stations to give it an address`,
    fix: 'give it a fixed address, such as 192.168.2.1/24',
  })),
}

export const oneAccessPointPerRadio: Rule = {
  id: 'N11',
  name: 'oneAccessPointPerRadio',
  severity: 'error',
  check: context => {
    const [, ...more] = accessPoints(context).filter(({isBound}) => !isBound)
    return more.map(({name, path}) => ({
      path,
      message: `${name} is one more access point, and the board has one radio`,
      fix: 'remove one; for a second radio on USB give its mac, driver or place',
    }))
  },
}

export const accessPointIsWireless: Rule = {
  id: 'N33',
  name: 'accessPointIsWireless',
  severity: 'warning',
  check: context => accessPoints(context).filter(({name, isBound}) => !name.startsWith('wl') && !isBound).map(({name, path}) => ({
    path,
    message: `${name} does not look like a radio: the kernel calls those wlan0, wlan1, …`,
    fix: 'move accessPoint to wlan0, or bind the name to the radio with mac, driver or place',
  })),
}
