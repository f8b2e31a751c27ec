import {setTimeout} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

import {start} from '../../src/process/start.js'
import type {DaemonName} from '../../src/multicast/daemons.js'
import {labDeployment, networkInterface} from './deployment.js'
import {bootGuest, type Guest} from './guest.js'

const SENDER = fileURLToPath(new URL('send-at-rate.py', import.meta.url))
const JOINER = fileURLToPath(new URL('join-and-leave.py', import.meta.url))
const GROUP = '239.1.1.1'
const KEPT = '239.1.1.2'
/** Counts what comes to the link of the receivers: a program there would itself lose packets of a busy machine. */
const COUNTER = `table ip seen { chain arrive { type filter hook prerouting priority raw; iifname "eth0" ip daddr ${KEPT} udp dport 5000 counter; }; }`

/** Seconds; null: it did not come, or did not end. */
export interface Round {
  first: number | null
  last: number | null
}

/** A router where receivers decide, a sender of 500 packets a second upstream, and three hosts on one link downstream. */
export interface ComeAndGo {
  guest: Guest
  /** Joins and leaves so many times: from joining to the first packet, from leaving to the last. */
  rounds: (count: number) => Promise<Round[]>
  /** host2 is a member of a group to which so many packets are sent, while host1 joins and leaves it: how many come. */
  cameWhileAnotherLeft: (packets: number) => Promise<number>
  stop: () => Promise<void>
}

/** Hosts eth0, host1 and host2; the daemon's first queries are over. */
export async function bootComeAndGo(daemon: DaemonName): Promise<ComeAndGo> {
  const interfaces = [networkInterface('wlan0', ['10.1.0.1/24']), networkInterface('usb0', ['10.2.0.1/24'], {role: 'upstream'})]
  const guest = await bootGuest(labDeployment({interfaces, daemon, routes: []}), 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0')
  await guest.on('near', 'ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0')
  await guest.on('far', 'ip', 'addr', 'add', '10.2.0.2/24', 'dev', 'eth0')
  for (const number of [1, 2]) {
    await guest.on('near', 'ip', 'link', 'add', `host${number}`, 'link', 'eth0', 'type', 'macvlan', 'mode', 'bridge')
    await guest.on('near', 'ip', 'addr', 'add', `10.1.0.1${number}/24`, 'dev', `host${number}`)
    await guest.on('near', 'ip', 'link', 'set', `host${number}`, 'up')
  }

  const ending = new AbortController()
  const far = (await guest.on('far', 'ip', 'netns', 'identify')).stdout.trim()
  const sender = start('ip', ['netns', 'exec', far, '/usr/bin/python3', SENDER, '10.2.0.2', '500', '100000000', GROUP, '1'], {stdio: 'piped', signal: ending.signal})
  await setTimeout(5000)
  const send = (group: string, packets: number) => guest.on('far', '/usr/bin/python3', SENDER, '10.2.0.2', '500', String(packets), group, '1')
  const joinAndLeave = async (host: string, group: string, count: number): Promise<Round[]> =>
    (await guest.on('near', '/usr/bin/python3', JOINER, host, group, String(count))).stdout.trim().split('\n').map(line => JSON.parse(line) as Round)
  return {
    guest,
    rounds: count => joinAndLeave('eth0', GROUP, count),
    async cameWhileAnotherLeft(packets) {
      await guest.on('near', 'ip', 'addr', 'add', `${KEPT}/32`, 'dev', 'host2', 'autojoin')
      // What is sent before the daemon knows member and sender.
      await setTimeout(2000)
      await send(KEPT, 100)
      await setTimeout(1000)
      await guest.on('near', 'nft', COUNTER)
      const sending = send(KEPT, packets)
      await setTimeout(1000)
      await joinAndLeave('host1', KEPT, 1)
      await sending
      await setTimeout(1000)
      return Number(/counter packets (\d+)/.exec((await guest.on('near', 'nft', 'list table ip seen')).stdout)?.[1])
    },
    async stop() {
      ending.abort()
      await sender.ended
      await guest.stop()
    },
  }
}
