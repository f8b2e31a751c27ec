import {BrmcError} from '../errors.js'
import {jsonWithoutWithheld, withoutWithheld} from './withheld-values.js'

/** What a person sees on standard error: code and message, findings, ways out. */
function formatError(error: BrmcError, {colour}: {colour: boolean}): string {
  const red = colour ? (text: string) => `\u001B[31m${text}\u001B[39m` : (text: string) => text
  return [
    `${red(error.code)}: ${error.message}`,
    ...error.details.every(line => line.trim() === '') ? [] : error.details.map(line => `  ${line}`.trimEnd()),
    ...error.suggestions.map(line => `  → ${line}`),
    '',
  ].join('\n')
}

/** The same for --json: one object, `error` its only key. */
function errorToJson(error: BrmcError): {error: Pick<BrmcError, 'code' | 'exitCode' | 'message' | 'details' | 'suggestions'>} {
  const {code, exitCode, message, details, suggestions} = error
  return {error: {code, exitCode, message, details, suggestions}}
}

/** Tells the user: words on standard error, or the one object of --json on standard output. */
export function printError(error: BrmcError, {json}: {json: boolean}): void {
  if (json) process.stdout.write(`${JSON.stringify(jsonWithoutWithheld(errorToJson(error)), null, 2)}\n`)
  else process.stderr.write(withoutWithheld(formatError(error, {colour: hasColours(process.stderr)})))
}

/** https://no-color.org, and terminals that know nothing but letters. */
export function hasColours({isTTY}: {isTTY?: boolean}): boolean {
  return isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}

/** Anything thrown as a BrmcError: what the system said in words, what nobody foresaw as INTERNAL. */
export function asBrmcError(error: unknown): BrmcError {
  if (error instanceof BrmcError) return error
  if (!(error instanceof Error)) return new BrmcError('INTERNAL', String(error))
  if (error.name === 'AbortError') return new BrmcError('INTERRUPTED', 'interrupted', {cause: error})
  const known = 'code' in error ? systemErrors[String(error.code)] : undefined
  if (known) return known(error)
  if ('oclif' in error) return usageError(error)
  return new BrmcError('INTERNAL', `${error.message} (this is a defect of brmc)`, {
    cause: error,
    details: (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line)).slice(0, 3).map(line => line.trim()),
    suggestions: ['please report it, with the command line and this text'],
  })
}

/** What oclif has against the command line, on one line and with the one thing to do about it. */
export function usageError(error: Error, command = '<command>'): BrmcError {
  const message = error.message.replace(/\nSee more help with --help$/, '').replace(/^Parsing (--\S+) \s+/, '$1: ').trim()
  return new BrmcError('USAGE', message, {cause: error, suggestions: [`see how it is used with: brmc ${command} --help`]})
}

type InWords = (error: Error) => BrmcError

const diskFull: InWords = error => new BrmcError('DISK_FULL', `no space left on the disk: ${error.message}`, {
  cause: error,
  suggestions: ['free some space, or move build/ to a larger disk (it may be a symbolic link)'],
})
const inTheWay: InWords = error => new BrmcError('USAGE', `something else is in the way: ${error.message}`, {cause: error, suggestions: ['move it away, and run it again']})
const notPermitted: InWords = error => new BrmcError('USAGE', `not permitted: ${error.message}`, {cause: error, suggestions: ['look at who owns the folder; brmc never needs root']})
const tooMuch: InWords = error => new BrmcError('USAGE', `the system's limit is reached: ${error.message}`, {cause: error, suggestions: ['look at the limits with: ulimit -a']})

/** errno(3) -> what it means to the user: all that the state of a machine, and not brmc, can be the cause of. */
const systemErrors: Readonly<Record<string, InWords>> = {
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EACCES: notPermitted,
  EPERM: notPermitted,
  EROFS: error => new BrmcError('USAGE', `the file system is read-only: ${error.message}`, {cause: error}),
  EEXIST: inTheWay,
  EISDIR: inTheWay,
  ENOTDIR: inTheWay,
  ENOTEMPTY: inTheWay,
  ENOENT: error => new BrmcError('USAGE', `something that is needed is not there: ${error.message}`, {cause: error, suggestions: ['look for a link that leads nowhere, or a folder that went away meanwhile']}),
  ELOOP: error => new BrmcError('USAGE', `links lead in a circle: ${error.message}`, {cause: error}),
  ENAMETOOLONG: error => new BrmcError('USAGE', `a name is too long for the file system: ${error.message}`, {cause: error}),
  EFBIG: tooMuch,
  EMFILE: tooMuch,
  ENFILE: tooMuch,
  EIO: error => new BrmcError('USAGE', `the disk does not work as it should: ${error.message}`, {cause: error}),
}
