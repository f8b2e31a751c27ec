import type {Deployment} from '../../src/spec/deployment.js'
import {resolveDeployment} from '../../src/spec/resolve.js'
import {SpecSchema, type WrittenSpec} from '../../src/spec/schema.js'

interface Project {
  name: string
  deployments: readonly Deployment[]
}

/** The router of the 2014 post: an access point's multicast goes out of the USB cable, its unicast behind NAT. */
const post: WrittenSpec = {
  version: 1,
  name: 'mcast-router',
  board: 'raspberrypi4-64',
  system: {hostname: 'mcast-router'},
  interfaces: {
    wlan0: {
      role: 'downstream',
      address: ['192.168.2.1/24', 'fd00:2::1/64'],
      dhcpServer: {from: '192.168.2.10', to: '192.168.2.50'},
      accessPoint: {ssid: 'pi', passphrase: 'correct horse', country: 'PT'},
    },
    usb0: {role: 'upstream', address: 'dhcp'},
  },
  nat: [{from: 'wlan0', to: 'usb0'}],
  multicast: {routes: [{group: '225.0.0.1', from: 'wlan0', to: ['usb0'], liftTtl: true}, {group: 'ff05::4242', from: 'wlan0', to: ['usb0'], liftTtl: true}]},
  packages: ['tcpdump', 'iproute2'],
}

const emulated: WrittenSpec = {
  version: 1,
  name: 'lab',
  board: 'virt',
  root: 'ram',
  system: {hostname: 'lab'},
  interfaces: {eth0: {role: 'upstream', address: '10.0.1.1/24'}, eth1: {role: 'downstream', address: '10.0.2.1/24'}},
  multicast: {daemon: 'mrouted'},
}

const deployment = (spec: WrittenSpec, name: string): Deployment => resolveDeployment(SpecSchema.parse(spec), name)

/** Projects whose whole tree is held as golden files. */
export const projects: Readonly<Record<string, Project>> = {
  post: {name: 'mcast-router', deployments: [deployment(post, 'default'), deployment({...post, system: {hostname: 'lisbon-gw'}}, 'lisbon')]},
  lab: {name: 'lab', deployments: [deployment(emulated, 'default')]},
}
