import {boards} from '../../boards/boards.js'
import {isCardName} from '../../network/card-names.js'
import {channelRefusal, is5GHz, isKnownCountry} from '../../network/channels.js'
import type {AccessPoint, NetworkInterface} from '../../network/model.js'
import type {SpecPath} from '../finding.js'
import {pairs, type Problem, type Rule, type RuleContext} from './rule.js'

/** Names the kernel keeps for itself: the loopback, and two folders of /proc/sys/net/ipv4/conf. */
const RESERVED_NAMES = new Set(['lo', 'all', 'default'])

export const hasInterface: Rule = {
  id: 'N02',
  name: 'hasInterface',
  severity: 'error',
  check: ({deployment}) => [
    ...deployment.interfaces.length === 0 ? [{path: ['interfaces'], message: 'a router needs interfaces, and there is none', fix: 'add one, such as wlan0: {role: downstream, address: 192.168.2.1/24}'}] : [],
    ...deployment.interfaces.filter(({name}) => RESERVED_NAMES.has(name)).map(({name}): Problem => ({
      path: ['interfaces', name], at: 'key', message: `${name} is a name the kernel uses itself`, fix: 'write the name of a network card: wlan0, eth0, usb0',
    })),
  ],
}

export const macsAreUsable: Rule = {
  id: 'N13',
  name: 'macsAreUsable',
  severity: 'error',
  check: ({deployment}) => [
    ...pairs(deployment.interfaces, (one, other) => one.mac !== undefined && one.mac === other.mac).map(([one, other]) => ({
      path: ['interfaces', other.name, 'mac'],
      message: `${other.mac ?? ''} is also the MAC address of ${one.name}, and a card has one name`,
      fix: 'write the address of the other card',
    })),
    // IEEE 802-2014 §8.2: the lowest bit of the first byte marks a group.
    ...deployment.interfaces.filter(({mac}) => mac !== undefined && (Number.parseInt(mac.slice(0, 2), 16) % 2 === 1 || mac === '00:00:00:00:00:00')).map(({name, mac}) => ({
      path: ['interfaces', name, 'mac'],
      message: `${mac ?? ''} is not the address of a card: ${mac === '00:00:00:00:00:00' ? 'it is empty' : 'it is a group (multicast) address'}`,
      fix: 'write what ip link shows behind link/ether',
    })),
  ],
}

export const interfaceIsMade: Rule = {
  id: 'N39',
  name: 'interfaceIsMade',
  severity: 'warning',
  check: ({deployment, texts}) => deployment.interfaces
    .filter(({name, mac}) => mac === undefined && !isCardName(name) && !RESERVED_NAMES.has(name))
    .filter(({name}) => !texts.some(({path, text}) => `${path}\n${text}`.split(/[^a-zA-Z0-9._-]+|\.(?:conf|netdev)\b/).includes(name)))
    .map(({name}) => ({
      path: ['interfaces', name],
      at: 'key' as const,
      message: `no card is called ${name} by itself (the kernel calls them eth0, wlan0, usb0, …), and nothing here makes a bridge, VLAN or tunnel of that name`,
      seen: 'brmc test passes, for it calls its cards as the file does; on the board the interface never comes',
      fix: 'bind the name to a card with mac, use the name the kernel gives, or make the interface in a script of an overlay',
    })),
}

/** Each access point with the interface it is on. */
const accessPoints = ({deployment}: RuleContext): {iface: NetworkInterface, accessPoint: AccessPoint, path: SpecPath}[] =>
  deployment.interfaces.flatMap(iface => iface.accessPoint ? [{iface, accessPoint: iface.accessPoint, path: ['interfaces', iface.name, 'accessPoint']}] : [])

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
    return accessPoints(context).filter(({iface, accessPoint: {channel}}) => is5GHz(channel) && iface.mac === undefined && radioFirmware.length > dualBand)
      .map(({accessPoint: {channel}, path}) => ({
        path: [...path, 'channel'],
        severity: dualBand > 0 ? 'warning' as const : 'error' as const,
        message: dualBand > 0 ? `channel ${channel} is in the 5 GHz band, which not every board of this kind has (${title})` : `channel ${channel} is in the 5 GHz band, which the ${title} does not have`,
        fix: 'choose 1 to 11; for a radio on USB give its mac',
      }))
  },
}

export const accessPointServesDownstream: Rule = {
  id: 'N09',
  name: 'accessPointServesDownstream',
  severity: 'warning',
  check: context => accessPoints(context).filter(({iface}) => iface.role === 'upstream').map(({iface, path}) => ({
    path,
    message: `${iface.name} is an access point and upstream at once: stations would be the network the router is a guest of`,
    fix: 'write role: downstream',
  })),
}

export const accessPointHasAddress: Rule = {
  id: 'N10',
  name: 'accessPointHasAddress',
  severity: 'warning',
  check: context => accessPoints(context).filter(({iface}) => iface.dhcp).map(({iface, path}) => ({
    path: [...path.slice(0, -1), 'address'],
    message: `${iface.name} is an access point and waits for one of its own stations to give it an address`,
    fix: 'give it a fixed address, such as 192.168.2.1/24',
  })),
}

export const oneAccessPointPerRadio: Rule = {
  id: 'N11',
  name: 'oneAccessPointPerRadio',
  severity: 'error',
  check: context => {
    const [, ...more] = accessPoints(context).filter(({iface}) => iface.mac === undefined)
    return more.map(({iface, path}) => ({
      path,
      message: `${iface.name} is one more access point, and the board has one radio`,
      fix: 'remove one; for a second radio on USB give its mac',
    }))
  },
}

export const accessPointIsWireless: Rule = {
  id: 'N33',
  name: 'accessPointIsWireless',
  severity: 'warning',
  check: context => accessPoints(context).filter(({iface}) => !iface.name.startsWith('wl') && iface.mac === undefined).map(({iface, path}) => ({
    path,
    message: `${iface.name} does not look like a radio: the kernel calls those wlan0, wlan1, …`,
    fix: 'move accessPoint to wlan0, or bind the name to the radio with mac',
  })),
}
