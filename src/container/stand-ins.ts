import {createHash} from 'node:crypto'

import type {Run} from '../process/run.js'
import {containerArguments, type ContainerRun} from './container-arguments.js'
import {ANY_STATUS, type Engine} from './engine.js'
import {folderFingerprint} from './read-input.js'
import {runContainer} from './run-container.js'
import {giveToUser, makeVolume} from './volumes.js'

/** A container's arguments but for what differs from one to the next. */
export type Ordinary = Omit<ContainerRun, 'name' | 'mounts' | 'standardInput' | 'argv' | 'network'>

interface Sending {
  engine: Engine
  ordinary: Ordinary
  nextName: () => string
  run: Run
  signal: AbortSignal
}

const INPUT_LABEL = 'brmc.input'
const DIGITS = 16
const PLACE = '/brmc/input'

/**
 * A volume with a copy of the folder, for an engine that does not see it: on another machine, or as another user. Its name tells the folder's state; one that is there is
 * used again, those of other states of the same folder are removed. Complete is what has a second volume to say so.
 */
export async function sendFolder(folder: string, {engine, ordinary, nextName, run, signal}: Sending): Promise<string> {
  const volume = `brmc-input-${(await folderFingerprint(folder)).slice(0, DIGITS)}-${ordinary.user.uid}`
  const whole = `${volume}-whole`
  const label = `${INPUT_LABEL}=${sha256(folder).slice(0, DIGITS)}`
  const {stdout} = await engine.call(['volume', 'ls', '--quiet', `--filter=label=${label}`], {signal})
  const there = stdout.split('\n').filter(name => name !== '')
  if (there.includes(whole)) return volume
  // In use by another run: then it stays for this time.
  if (there.length > 0) await engine.call(['volume', 'rm', '--force', ...there], {accept: ANY_STATUS, signal})
  await makeVolume(engine, volume, {label, signal})
  const mounts = [{source: {volume}, target: PLACE, readOnly: false}]
  await giveToUser(engine, {...ordinary, mounts, name: nextName()}, signal)
  const name = nextName()
  const argv = ['tar', '-x', '-p', '-f', '-', '-C', PLACE]
  const args = containerArguments({...ordinary, name, mounts, standardInput: {kind: 'stream'}, argv})
  await run('tar', ['-C', folder, '-c', '-f', '-', '.'], {
    env: {COPYFILE_DISABLE: '1'},
    signal,
    consume: async input => { await runContainer(engine, {name, args, argv}, {input, signal}) },
  })
  await makeVolume(engine, whole, {label, signal})
  return volume
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
