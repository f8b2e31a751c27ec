const POLITE_SECONDS = 10

interface Lifeline {
  /** Whom the watcher ends, as kill(1) takes it: -1, everybody in the container; or minus a group's leader. */
  group: string
  /** Bytes of standard input that are the program's own. */
  inputBytes?: number | undefined
}

/**
 * A shell script that becomes the program in its arguments, with a watcher beside it that reads standard input: at its end brmc is gone, were it by kill -9,
 * and all that the program started ends with it. The watcher is nobody's child that waits for children (make does).
 */
export function lifelineScript({group, inputBytes}: Lifeline): string {
  const own = inputBytes === undefined
    ? ['exec </dev/null']
    // A file without a name: the program reads it, nobody has to take it away.
    : ['input=$(mktemp)', `head -c ${inputBytes} <&3 >"$input"`, 'exec <"$input"', 'rm "$input"']
  return [
    'exec 3<&0',
    ...own,
    `( ( trap "" TERM; cat <&3 >/dev/null; kill -s TERM -- ${group}; sleep ${POLITE_SECONDS}; kill -s KILL -- ${group} ) </dev/null >/dev/null 2>&1 & )`,
    'exec 3<&-',
    'exec "$@"',
  ].join('\n')
}
