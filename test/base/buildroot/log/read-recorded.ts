import {readFileSync} from 'node:fs'

import {BuildLog} from '../../../../src/base/buildroot/log/build-log.js'

/** Text of test/base/buildroot/log/recorded/<name>.<ending>. Logs are ends of real builds of Buildroot 2026.02.3 (long command lines left out). */
export const recorded = (name: string, ending = 'log'): string => readFileSync(new URL(`recorded/${name}.${ending}`, import.meta.url), 'utf8')

export function logOf(text: string): BuildLog {
  const log = new BuildLog()
  for (const line of text.split('\n')) log.read(line)
  return log
}
