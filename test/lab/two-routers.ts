import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {run} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import type {MulticastRoute} from '../../src/multicast/model.js'
import {labDeployment, networkInterface} from './deployment.js'
import {eventually} from './guest.js'
import {renderDeployment} from './render-deployment.js'

const NETWORKS = {left: {card: 'wlan0', subnet: '10.1.0'}, right: {card: 'usb0', subnet: '10.2.0'}} as const
type Network = keyof typeof NETWORKS
const ROUTERS = {one: 11, other: 12} as const
type Router = keyof typeof ROUTERS
const networkNames = Object.keys(NETWORKS) as Network[]
const routerNames = Object.keys(ROUTERS) as Router[]

/** Two routers side by side between two networks, each with the smcroute.conf and nftables.conf that come of the routes, and a host in the left network. */
export class TwoRouters {
  private readonly ending = new AbortController()
  private readonly daemons: Promise<unknown>[] = []
  private folder = ''

  async set(routes: readonly MulticastRoute[]): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'brmc-two-'))
    for (const name of [...networkNames, ...routerNames]) {
      await run('ip', ['netns', 'add', this.netns(name)])
      await this.ip(name, 'link', 'set', 'lo', 'up')
    }

    for (const name of networkNames) {
      await this.ip(name, 'link', 'add', 'eth0', 'type', 'bridge', 'mcast_snooping', '0')
      await this.ip(name, 'link', 'set', 'eth0', 'up')
      await this.ip(name, 'addr', 'add', `${NETWORKS[name].subnet}.2/24`, 'dev', 'eth0')
    }

    for (const name of routerNames) await this.setRouter(name, routes)
  }

  private async setRouter(name: Router, routes: readonly MulticastRoute[]): Promise<void> {
    const addressOn = (network: Network): string => `${NETWORKS[network].subnet}.${ROUTERS[name]}/24`
    for (const network of networkNames) {
      const {card} = NETWORKS[network]
      await this.ip(name, 'link', 'add', card, 'type', 'veth', 'peer', 'name', name, 'netns', this.netns(network))
      await this.ip(network, 'link', 'set', name, 'master', 'eth0', 'up')
      await this.ip(name, 'addr', 'add', addressOn(network), 'dev', card)
      await this.ip(name, 'link', 'set', card, 'up')
    }

    const interfaces = networkNames.map(network => networkInterface(NETWORKS[network].card, [addressOn(network)]))
    const files = await renderDeployment(labDeployment({interfaces, routes}))
    const path = (file: string): string => join(this.folder, `${name}.${file}`)
    for (const file of ['smcroute.conf', 'nftables.conf']) await writeFile(path(file), files.get(`etc/${file}`) ?? '')
    for (const which of ['all', 'wlan0', 'usb0']) await this.on(name, 'sysctl', '-qw', `net.ipv4.conf.${which}.rp_filter=0`)
    await this.on(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    await this.on(name, 'nft', '-f', path('nftables.conf'))
    const daemon = ['smcrouted', '-n', '-N', '-i', `two-${name}`, '-P', path('pid'), '-u', path('socket'), '-f', path('smcroute.conf')]
    this.daemons.push(start('ip', ['netns', 'exec', this.netns(name), ...daemon], {stdio: 'piped', signal: this.ending.signal}).ended)
    await eventually('vifs', async () => / usb0 /.test((await this.on(name, 'cat', '/proc/net/ip_mr_vif')).stdout))
  }

  /** One packet of a new sender in the left network. The router `other` misses it there, and hears it on the right, where `one` has sent it. */
  async sendOneThatIsMissed(group: string, ttl: number): Promise<void> {
    await this.on('other', 'nft', `add table inet miss; add chain inet miss arrival { type filter hook prerouting priority raw; };
      add rule inet miss arrival iifname "wlan0" ip daddr ${group} limit rate 1/hour burst 1 packets counter drop`)
    await this.on('left', '/usr/bin/python3', '-c', `import socket
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(("10.1.0.2",0));s.setsockopt(0,33,${ttl});s.setsockopt(0,32,socket.inet_aton("10.1.0.2"));s.sendto(b"once",("${group}",5000))`)
  }

  /** Packets of the group that have arrived at the router on both of its interfaces. */
  async arrived(name: Router): Promise<number> {
    const {stdout} = await this.on(name, 'cat', '/proc/net/ip_mr_cache')
    return stdout.trim().split('\n').slice(1).reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[3]), 0)
  }

  async stop(): Promise<void> {
    this.ending.abort()
    await Promise.allSettled(this.daemons)
    for (const name of [...networkNames, ...routerNames]) await run('ip', ['netns', 'del', this.netns(name)])
    await rm(this.folder, {recursive: true})
  }

  private netns(name: Network | Router): string {
    return `brmc${process.pid}-${name}`
  }

  private ip(name: Network | Router, ...words: string[]) {
    return run('ip', ['-n', this.netns(name), ...words])
  }

  private on(name: Network | Router, ...command: string[]) {
    return run('ip', ['netns', 'exec', this.netns(name), ...command])
  }
}
