import * as z from 'zod'

import {BrmcError} from '../errors.js'
import type {Run} from '../process/run.js'

const text = z.string().transform(value => value.replaceAll(/\p{Cc}/gu, ' '))

/** What `mroute doctor --json` prints on the router (overlays/router/usr/libexec/brmc/mroute/findings.awk), in order of likelihood. Control characters become spaces. */
const RouterReport = z.object({
  /** Whether nothing is wrong; notes are no fault. */
  healthy: z.boolean(),
  /** smcrouted, igmpproxy or mrouted; empty where the router has a file for none. */
  daemon: text,
  /** For how long packets were watched, and whether that was possible. */
  seconds: z.number(),
  watched: z.boolean(),
  findings: z.array(z.object({id: text, severity: z.enum(['wrong', 'note']), what: text, change: text})),
  /** Packets of each group and interface while it was watched; `left` by outgoing interface. */
  flows: z.array(z.object({group: text, from: text, arrived: z.number(), left: z.record(text, z.number())})),
})
export type RouterReport = z.output<typeof RouterReport>

export interface RouterAddress {
  /** As ssh(1) takes it: a name, an address, or user@host. The router knows root alone, so that is who asks unless it says another. */
  host: string
  /** Each as after ssh's -o. */
  sshOptions: readonly string[]
}

/** By its path: what a login without a terminal has as PATH, each SSH server decides for itself. */
const MROUTE = '/usr/sbin/mroute'
const CONNECT_SECONDS = 10

/** ssh's arguments: nothing of the address can become an option, and nothing of it reaches the router's shell. */
export function sshArguments({host, sshOptions}: RouterAddress): string[] {
  const user = host.includes('@') || host.startsWith('ssh://') ? [] : ['-l', 'root']
  return ['-T', ...sshOptions.flatMap(option => ['-o', option]), '-o', `ConnectTimeout=${CONNECT_SECONDS}`, ...user, '--', host, MROUTE, 'doctor', '--json']
}

/** Runs `mroute doctor` on a router over ssh. Throws BrmcError: USAGE, TOOL_MISSING (ssh here, mroute there), TOOL_FAILED. */
export async function askRouter(address: RouterAddress, {run, signal}: {run: Run, signal: AbortSignal}): Promise<RouterReport> {
  const {host} = address
  if (!/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(host)) throw new BrmcError('USAGE', `${JSON.stringify(host)} is no host`, {suggestions: ['give a name, an address, or user@host, as ssh takes it']})
  const {stdout, stderr, exitCode} = await run('ssh', sshArguments(address), {signal, accept: [...Array(256).keys()]})
  const details = stderr.trim().split(/\r?\n/).filter(line => line.trim() !== '').slice(-6)
  if (exitCode === 255) throw unreachable(host, details)
  // 127: sh(1) has no such program; 126: one that it may not run.
  if (exitCode === 126 || exitCode === 127) {
    throw new BrmcError('TOOL_MISSING', `${host} has no mroute: it is no router of brmc, or its image was made by an earlier version`, {details, suggestions: ['make its image anew: brmc image']})
  }

  if (exitCode !== 0 && exitCode !== 1) throw new BrmcError('TOOL_FAILED', `mroute doctor failed on ${host} with status ${exitCode}`, {details, suggestions: [`run it there to see why: ssh ${host} mroute doctor`]})
  return parseReport(stdout, host)
}

function unreachable(host: string, details: readonly string[]): BrmcError {
  return new BrmcError('TOOL_FAILED', `${host} could not be asked: ssh did not get in`, {
    details,
    suggestions: [
      'is the router on, and can this machine reach it? It takes SSH only where brmc.yaml has system.authorizedKeys',
      'a key, a port or another option of ssh goes with: --ssh-option IdentityFile=… --ssh-option Port=…',
      'without SSH, run "mroute doctor" on its console',
    ],
  })
}

function parseReport(stdout: string, host: string): RouterReport {
  try {
    return RouterReport.parse(JSON.parse(stdout))
  } catch (error) {
    throw new BrmcError('TOOL_FAILED', `what ${host} answered is no report of mroute doctor`, {cause: error, suggestions: [`look at what it prints: ssh ${host} mroute doctor`]})
  }
}

/** The report for people: the likeliest cause first, what to do about it, and what passed meanwhile. */
export function formatRouterReport(report: RouterReport, {host, colour}: {host: string, colour: boolean}): string {
  const dye = (code: number, word: string): string => colour ? `\u001B[${code}m${word}\u001B[39m` : word
  const {findings, flows, healthy, seconds} = report
  return [
    ...findings.flatMap(({id, severity, what, change}) => [
      `${dye(36, host)} ${severity === 'wrong' ? dye(31, 'wrong') : dye(33, 'note')} ${id}`,
      `  ${what}`,
      ...change === '' ? [] : [`  → ${change}`],
      '',
    ]),
    ...flows.map(({group, from, arrived, left}) => `${group} from ${from}: ${arrived} packets in ${seconds} s${Object.entries(left).map(([name, count]) => `, by ${name}: ${count}`).join('')}`),
    healthy ? 'Nothing is wrong there.' : 'The first is the likeliest cause; ask again when it is changed.',
  ].join('\n')
}
