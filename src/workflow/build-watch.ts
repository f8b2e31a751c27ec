import {createWriteStream} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {once} from 'node:events'

import {BuildLog} from '../base/buildroot/log/build-log.js'
import type {BuildrootBaseOptions} from '../base/buildroot/write-base.js'
import {BrmcError} from '../errors.js'
import type {Show} from './reporting.js'

export type WatchedBuild = BuildrootBaseOptions['watch'] & {close: () => Promise<void>}

const LOG_FILE = 'build.log'

/** Shows how a build goes on, and keeps all that it printed in build.log of `folder`. */
export async function watchBuild(folder: string, show: Show): Promise<WatchedBuild> {
  await mkdir(folder, {recursive: true})
  const logFile = join(folder, LOG_FILE)
  const stream = createWriteStream(logFile)
  const log = new BuildLog()
  return {
    onPreparing(what) { show.say(what) },
    onStep(step) { show.say(step) },
    onLine(line) {
      stream.write(`${line}\n`)
      log.read(line)
      show.say(`${log.packages.size} ${log.latest.of}`)
    },
    onPlan({fresh, again, why}) {
      show.say(`${fresh ? 'from nothing' : `again: ${again.join(', ')}`}: ${why.join('; ')}`)
    },
    onFailed(status) {
      throw new BrmcError('BUILD_FAILED', `Buildroot's make ended with status ${status}`, {details: log.tail.slice(-12), suggestions: [`full log: ${logFile}`]})
    },
    async close() {
      stream.end()
      await once(stream, 'close')
    },
  }
}
