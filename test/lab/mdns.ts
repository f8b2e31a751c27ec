import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {run} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import type {Guest} from './guest.js'

const QUERY = fileURLToPath(new URL('query-mdns.py', import.meta.url))
const TYPE = '_ipp._tcp'

const netnsOf = async (guest: Guest, host: string): Promise<string> => (await guest.on(host, 'ip', 'netns', 'identify')).stdout.trim()

/** A device on a host: avahi-daemon with a printer by name. The function ends it. */
export async function startResponder(guest: Guest, host: string, name: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'brmc-mdns-'))
  await mkdir(join(folder, 'services'))
  await mkdir('/run/avahi-daemon', {recursive: true})
  await writeFile(join(folder, 'services/printer.service'), `<?xml version="1.0"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>${name}</name><service><type>${TYPE}</type><port>631</port></service></service-group>\n`)
  await writeFile(join(folder, 'conf'), `[server]\nhost-name=${name}\nallow-interfaces=eth0\nenable-dbus=no\n`)
  const ending = new AbortController()
  const inside = 'mount --bind "$0/services" /etc/avahi/services; mount -t tmpfs none /run/avahi-daemon; exec avahi-daemon --no-chroot -f "$0/conf"'
  const responder = start('ip', ['netns', 'exec', await netnsOf(guest, host), 'unshare', '--mount', 'sh', '-ec', inside, folder], {stdio: 'piped', signal: ending.signal})
  return async () => {
    ending.abort()
    await responder.ended
    await rm(folder, {recursive: true})
  }
}

export interface Heard {
  names: string[]
  from: string[]
}

interface Question {
  how?: 'multicast' | 'one-shot'
  family?: 4 | 6
  seconds?: number
  /** No longer than until this is told. */
  until?: string
  /** Its address is asked for. */
  name?: string
}

/** Asks from a host, for printers unless a name is given. */
export async function ask(guest: Guest, host: string, {how = 'multicast', family = 4, seconds = 4, until, name}: Question = {}): Promise<Heard> {
  const question = name === undefined ? {name: `${TYPE}.local`, record: 12} : {name, record: 1}
  return JSON.parse((await run('/usr/bin/python3', [QUERY, JSON.stringify({from: await netnsOf(guest, host), how, family, seconds, until, ...question})])).stdout) as Heard
}
