import {fileURLToPath} from 'node:url'

import {run} from '../../src/process/run.js'
import type {Guest} from './guest.js'

const PROBE = fileURLToPath(new URL('probe-multicast.py', import.meta.url))

interface Probe {
  group: string
  from: string
  source: string
  to: readonly string[]
  ttl?: number
  count?: number
  /** Source port; absent: a new one, which is a new flow. */
  port?: number
}

export interface Received {
  source: string
  ttl: number
  number: number
}

/** Sends multicast from one host of a guest and tells, by host, what receivers on others saw. */
export async function probe(guest: Guest, {from, source, to, ...plan}: Probe): Promise<Record<string, Received[]>> {
  const netns = async (host: string): Promise<string> => (await guest.on(host, 'ip', 'netns', 'identify')).stdout.trim()
  const names = await Promise.all(to.map(async host => [await netns(host), host] as const))
  const {stdout} = await run('/usr/bin/python3', [PROBE, JSON.stringify({...plan, from: [await netns(from), source], to: names.map(([name]) => name)})])
  const seen = JSON.parse(stdout) as Record<string, [string, number, number][]>
  return Object.fromEntries(names.map(([name, host]) => [host, (seen[name] ?? []).map(([sender, ttl, number]) => ({source: sender, ttl, number}))]))
}
