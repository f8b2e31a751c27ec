import {open} from 'node:fs/promises'
import {createInterface} from 'node:readline'
import type {Readable} from 'node:stream'

import {BuildLog} from '../base/buildroot/log/build-log.js'
import {failureOf, headline, type Failure} from '../base/buildroot/log/failure.js'
import {BrmcError} from '../errors.js'
import {isMissing} from '../files/system-error.js'

/** What a log of Buildroot says of its end. */
export interface ExplainedLog {
  /** undefined: nothing in it says that anything failed. */
  failure: Failure | undefined
  /** Lines and packages that were read. */
  lines: number
  packages: number
}

/** Reads a log line by line, whatever its size; `-` is standard input. */
export async function explainLog(file: string, {stdin, signal}: {stdin: Readable, signal: AbortSignal}): Promise<ExplainedLog> {
  if (file === '-') return explain(stdin, signal)
  const handle = await open(file).catch((error: unknown) => {
    if (isMissing(error)) throw new BrmcError('USAGE', `${file}: no such file`, {cause: error, suggestions: ['brmc prints the path of the full log when a build fails; any log of Buildroot will do, also from standard input: brmc explain -']})
    throw error
  })
  try {
    if (!(await handle.stat()).isDirectory()) return await explain(handle.createReadStream({autoClose: false}), signal)
    throw new BrmcError('USAGE', `${file} is a folder`, {suggestions: ['give the file of the log']})
  } finally {
    await handle.close()
  }
}

async function explain(input: Readable, signal: AbortSignal): Promise<ExplainedLog> {
  const log = new BuildLog()
  for await (const line of createInterface({input, crlfDelay: Number.POSITIVE_INFINITY, signal})) log.read(line)
  if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
  return {failure: failureOf(log), lines: log.lines, packages: log.packages.size}
}

/** For people: what failed, the lines that matter, causes and ways out. */
export function formatExplained({failure, lines, packages}: ExplainedLog): string {
  if (!failure) {
    return packages === 0
      ? `${lines} lines and no message of Buildroot's among them: is it the whole output of make?`
      : `${packages} packages in ${lines} lines, and no failure: the build went well, or the log ends before its end`
  }

  const causes = failure.explanations.map(({cause, wayOut, line}) => `Cause (line ${line}): ${cause}\n  → ${wayOut}`)
  return [
    headline(failure),
    ...failure.lines.map(line => `  ${line}`),
    '',
    ...causes.length > 0 ? causes : ["No well-known cause is in it: the lines above are all that brmc can tell, the package's own words stand before them in the log"],
    ...failure.others.length > 0 ? [`Failed too: ${failure.others.join(', ')}`] : [],
  ].join('\n')
}
