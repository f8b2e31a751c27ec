import {fileURLToPath} from 'node:url'

import {run} from '../../src/process/run.js'
import type {Guest} from './guest.js'

const SEARCH = fileURLToPath(new URL('search-devices.py', import.meta.url))

interface Search {
  from: string
  source: string
  /** Where there is a device, and the port it answers from; 0: any. */
  devices: Readonly<Record<string, number>>
  ttl?: number
  says?: 'ssdp' | 'ws-discovery'
  group?: string
  /** So long it is searched. */
  seconds?: number
}

export interface Found {
  /** By host: the sender as the device sees it, and the TTL that is left. */
  heard: Record<string, [string, number]>
  /** Address and port of whoever answered. */
  answers: [string, number][]
}

/** Searches for devices from one host of a guest, with devices on others. */
export async function search(guest: Guest, {from, source, devices, ...plan}: Search): Promise<Found> {
  const netns = async (host: string): Promise<string> => (await guest.on(host, 'ip', 'netns', 'identify')).stdout.trim()
  const names = await Promise.all(Object.keys(devices).map(async host => [await netns(host), host] as const))
  const places = Object.fromEntries(names.map(([name, host]) => [name, devices[host] ?? 0]))
  const {stdout} = await run('/usr/bin/python3', [SEARCH, JSON.stringify({...plan, from: [await netns(from), source], devices: places})])
  const {heard, answers} = JSON.parse(stdout) as Found
  return {heard: Object.fromEntries(names.flatMap(([name, host]) => heard[name] ? [[host, heard[name]]] : [])), answers}
}
