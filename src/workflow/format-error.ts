import {BrmcError} from '../errors.js'

/** What a person sees on standard error: code and message, findings, ways out. */
export function formatError(error: BrmcError, {colour}: {colour: boolean}): string {
  const red = colour ? (text: string) => `\u001B[31m${text}\u001B[39m` : (text: string) => text
  return [
    `${red(error.code)}: ${error.message}`,
    ...error.details.map(line => `  ${line}`),
    ...error.suggestions.map(line => `  → ${line}`),
    '',
  ].join('\n')
}

/** The same for --json: one object, `error` its only key. */
export function errorToJson(error: BrmcError): {error: Pick<BrmcError, 'code' | 'exitCode' | 'message' | 'details' | 'suggestions'>} {
  const {code, exitCode, message, details, suggestions} = error
  return {error: {code, exitCode, message, details, suggestions}}
}

/** Anything thrown as a BrmcError: what the system said in words, what nobody foresaw as INTERNAL. */
export function asBrmcError(error: unknown): BrmcError {
  if (error instanceof BrmcError) return error
  if (!(error instanceof Error)) return new BrmcError('INTERNAL', String(error))
  if (error.name === 'AbortError') return new BrmcError('INTERRUPTED', 'interrupted', {cause: error})
  const known = 'code' in error ? systemErrors[String(error.code)] : undefined
  if (known) return known(error)
  if ('oclif' in error) return new BrmcError('USAGE', error.message, {cause: error, suggestions: ['see how it is used with: brmc <command> --help']})
  return new BrmcError('INTERNAL', `${error.message} (this is a defect of brmc)`, {
    cause: error,
    details: (error.stack ?? '').split('\n').slice(1, 4).map(line => line.trim()),
    suggestions: ['please report it, with the command line and this text'],
  })
}

const systemErrors: Readonly<Record<string, (error: Error) => BrmcError>> = {
  ENOSPC: error => new BrmcError('DISK_FULL', `no space left on the disk: ${error.message}`, {
    cause: error,
    suggestions: ['free some space, or move build/ to a larger disk (it may be a symbolic link)'],
  }),
  EACCES: error => new BrmcError('USAGE', `not permitted: ${error.message}`, {cause: error, suggestions: ['look at who owns the folder; brmc never needs root']}),
  EROFS: error => new BrmcError('USAGE', `the file system is read-only: ${error.message}`, {cause: error}),
}
