import {expect} from 'chai'
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {DAEMON_NAMES} from '../../src/multicast/daemons.js'
import {ssdpRoutes} from '../../src/multicast/ssdp.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {deploymentFiles} from '../../src/tree/deployment-catalogue.js'
import {accessPoint, address, labDeployment, networkInterface, route} from '../lab/deployment.js'
import {filesBelow} from '../lab/files-below.js'
import {renderDeployment} from '../lab/render-deployment.js'

const GOLDEN = fileURLToPath(new URL('../golden/deployments', import.meta.url))
const TEMPLATES = fileURLToPath(new URL('../../overlays/deployment', import.meta.url))
// As in golden.test.ts: UPDATE_GOLDEN=1 writes them anew.
const update = process.env.UPDATE_GOLDEN === '1'

const wlan0 = networkInterface('wlan0', ['192.168.2.1/24'], {
  mac: '02:00:00:00:00:01',
  dhcpServer: {from: address('192.168.2.10'), to: address('192.168.2.50'), dns: [], leaseMinutes: 720},
  accessPoint: accessPoint({ssid: 'café "pi"', passphrase: ' $(x) "y" #', country: 'PT', channel: 36, hidden: true, isolateStations: true}),
})

const deployments: Record<string, Partial<Deployment>> = {
  'dhcp-uplink': {
    interfaces: [wlan0, networkInterface('usb0', [], {role: 'upstream', dhcp: true})],
    nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}],
    routes: [route('225.0.0.1', {liftTtl: true}), route('ff05::4242', {liftTtl: true})],
    authorizedKeys: ['ssh-ed25519 AAAA one', 'ssh-ed25519 BBBB two'],
    password: {text: 'correct horse', image: 'lab/dhcp-uplink'},
    siteSettings: true,
    sysctl: {'kernel.panic': '10', 'net.ipv4.conf.usb0.log_martians': '1'},
  },
  'dual-stack': {
    nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}, {from: 'wlan0', to: 'eth0', multicast: 'keep'}],
    routes: [route('225.0.0.0/24', {to: ['usb0', 'eth0'], ttlThreshold: 10}), route('225.0.0.7', {source: '10.1.0.2'}), route('ff05::4242', {ttlThreshold: 5})],
    answerPing: false,
  },
  'mrouted': {daemon: 'mrouted', routes: []},
  'mrouted-deep': {
    daemon: 'mrouted',
    routes: [route('ff05::4242')],
    mrouted: {interfaces: ['wlan0', 'usb0'], staticGroups: [{group: address('225.0.0.1'), on: 'usb0'}, {group: address('225.0.0.2'), on: 'usb0'}], tunnels: [{on: 'usb0', remote: address('10.2.0.9'), metric: 2, ttlThreshold: 16}]},
  },
  'discovery': {
    routes: ssdpRoutes(['wlan0', 'usb0', 'eth0'], labDeployment()),
    discovery: {mdns: ['wlan0', 'usb0'], ssdp: ['wlan0', 'usb0', 'eth0']},
  },
  'discovery-behind-nat': {
    interfaces: [networkInterface('wlan0', ['192.168.2.1/24']), networkInterface('usb0', [], {role: 'upstream', dhcp: true})],
    nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}],
    routes: ssdpRoutes(['wlan0', 'usb0'], labDeployment({interfaces: []})),
    discovery: {mdns: ['wlan0', 'usb0'], ssdp: ['wlan0', 'usb0']},
  },
  'igmpproxy': {daemon: 'igmpproxy', routes: []},
  'igmpproxy-listed': {daemon: 'igmpproxy', routes: [route('239.1.2.7/24', {from: 'usb0', to: ['wlan0'], liftTtl: true}), route('239.1.2.3', {from: 'usb0', to: ['wlan0']})]},
}

describe('deploymentFiles', () => {
  for (const [name, options] of Object.entries(deployments)) {
    it(`${name} is as its golden files say`, async () => {
      const folder = join(GOLDEN, name)
      const rendered = await renderDeployment(labDeployment({...options, name}))
      if (update && process.env.CI === undefined) await writeGolden(folder, rendered)
      expect(await filesBelow(folder), 'run UPDATE_GOLDEN=1 npm run test:unit and look at the diff').to.deep.equal([...rendered.keys()].sort())
      for (const [path, text] of rendered) expect(text, path).to.equal(await readFile(join(folder, path), 'utf8'))
    })
  }

  it('has an entry for every template there is', async () => {
    const all = Object.values(deployments).flatMap(options => deploymentFiles(labDeployment(options)).map(({template}) => template))
    expect([...new Set(all)].sort()).to.deep.equal(await filesBelow(TEMPLATES))
  })

  it('gives one multicast routing daemon its file, never two', () => {
    for (const daemon of DAEMON_NAMES) {
      const targets = deploymentFiles(labDeployment({daemon})).map(({target}) => target)
      expect(targets.filter(target => /^etc\/(smcroute|mrouted|igmpproxy)\.conf$/.test(target))).to.deep.equal([`etc/${daemon}.conf`])
    }
  })

  it('leaves out what the deployment has no use for', () => {
    expect(deploymentFiles(labDeployment()).map(({target}) => target).join(' ')).to.not.match(/hostapd|udhcpd|authorized_keys/)
  })

  it('makes the same files of the same deployment', async () => {
    expect(await renderDeployment(labDeployment())).to.deep.equal(await renderDeployment(labDeployment()))
  })
})

async function writeGolden(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await rm(folder, {recursive: true, force: true})
  for (const [path, text] of files) {
    await mkdir(join(folder, dirname(path)), {recursive: true})
    await writeFile(join(folder, path), text)
  }
}
