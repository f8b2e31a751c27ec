import {BrmcError} from '../../../errors.js'
import type {BuildLog} from './build-log.js'
import {meetsEveryDownload} from './causes/download.js'
import {failureOf, headline} from './failure.js'

/** 128 + SIGKILL, which docker also gives for a container that was killed. */
const KILLED = 137

interface Ended {
  logFile: string
  exitCode: number
  /** Sources that are still to be fetched, in the download folder: `busybox/busybox-1.37.0.tar.bz2`. */
  missing?: readonly string[]
}

/** `linux 6.12.61: Building failed`, with the lines that matter and, for well-known causes, what to do. */
export function buildFailure(log: BuildLog, {logFile, exitCode, missing = []}: Ended): BrmcError {
  const failure = failureOf(log)
  // Who has no network finds out about one file after the other otherwise, with a run for each.
  const wanted = meetsEveryDownload(failure?.explanations[0]?.name ?? '') ? missing : []
  const killed = exitCode === KILLED && !failure?.explanations.length
    ? ['the build was killed (137, signal 9): by docker stop or kill, or because memory ran out: give the container more, or build with fewer jobs']
    : []
  return new BrmcError('BUILD_FAILED', failure ? headline(failure) : `Buildroot ended with status ${exitCode}, and its log does not say why`, {
    details: failure?.lines ?? log.tail.slice(-12),
    suggestions: [
      ...(failure?.explanations ?? []).flatMap(({cause, wayOut}) => [cause, wayOut]),
      ...killed,
      ...wanted.length > 0 ? [`what this build wants and the download folder does not have: ${wanted.join(', ')}`] : [],
      ...failure?.others.length ? [`failed too: ${failure.others.join(', ')}`] : [],
      `full log: ${logFile}`,
      `see it explained again with: brmc explain ${/^[\w./+-]+$/.test(logFile) ? logFile : `'${logFile.replaceAll("'", String.raw`'\''`)}'`}`,
    ],
  })
}
