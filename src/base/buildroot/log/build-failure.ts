import {BrmcError} from '../../../errors.js'
import type {BuildLog} from './build-log.js'
import {failureOf, headline} from './failure.js'

/** 128 + SIGKILL, which docker also gives for a container that was killed. */
const KILLED = 137

/** `linux 6.12.61: Building failed`, with the lines that matter and, for well-known causes, what to do. */
export function buildFailure(log: BuildLog, {logFile, exitCode}: {logFile: string, exitCode: number}): BrmcError {
  const failure = failureOf(log)
  const killed = exitCode === KILLED && !failure?.explanations.length
    ? ['the build was killed (137, signal 9): by docker stop or kill, or because memory ran out: give the container more, or build with fewer jobs']
    : []
  return new BrmcError('BUILD_FAILED', failure ? headline(failure) : `Buildroot ended with status ${exitCode}, and its log does not say why`, {
    details: failure?.lines ?? log.tail.slice(-12),
    suggestions: [
      ...(failure?.explanations ?? []).flatMap(({cause, wayOut}) => [cause, wayOut]),
      ...killed,
      ...failure?.others.length ? [`failed too: ${failure.others.join(', ')}`] : [],
      `full log: ${logFile}`,
      `see it explained again with: brmc explain ${/^[\w./+-]+$/.test(logFile) ? logFile : `'${logFile.replaceAll("'", String.raw`'\''`)}'`}`,
    ],
  })
}
