import {isCardName} from '../../network/card-names.js'
import {isBound} from '../../network/model.js'
import {pairs, type Problem, type Rule} from './rule.js'

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
    .filter(one => !isBound(one) && !one.bridge && !one.vlan && !isCardName(one.name) && !RESERVED_NAMES.has(one.name))
    .filter(({name}) => !texts.some(({path, text}) => `${path}\n${text}`.split(/[^a-zA-Z0-9._-]+|\.(?:conf|netdev)\b/).includes(name)))
    .map(({name}) => ({
      path: ['interfaces', name],
      at: 'key' as const,
      message: `no card is called ${name} by itself (the kernel calls them eth0, wlan0, usb0, …), and nothing here makes a bridge, VLAN or tunnel of that name`,
      seen: 'brmc test passes, for it calls its cards as the file does; on the board the interface never comes',
      fix: 'bind the name to a card with mac, driver or place, use the name the kernel gives, or make the interface: bridge, vlan, or a script of an overlay',
    })),
}
