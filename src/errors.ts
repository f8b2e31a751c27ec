/**
 * Every way a run of brmc can end badly: code -> exit status. One table, printed in the README and held by
 * test/contract: a status once given never changes its meaning.
 */
export const EXIT_CODES = {
  USAGE: 2,
  SPEC_INVALID: 10,
  TREE_DRIFT: 11,
  TREE_CONFLICT: 12,
  PROJECT_EXISTS: 13,
  PROJECT_MISSING: 14,
  TOOL_MISSING: 20,
  TOOL_TOO_OLD: 21,
  TOOL_FAILED: 22,
  DISK_FULL: 23,
  BASE_UNSUPPORTED: 30,
  PACKAGE_UNAVAILABLE: 31,
  PACKAGE_LOCK_STALE: 32,
  PACKAGE_CORRUPT: 33,
  OVERLAY_INVALID: 34,
  IMAGE_TOO_SMALL: 35,
  IMAGE_INVALID: 36,
  ENGINE_UNAVAILABLE: 50,
  CONTRACT_BROKEN: 51,
  BUILD_FAILED: 52,
  BUNDLE_MISFIT: 53,
  EXPECTATION_FAILED: 40,
  GUEST_DID_NOT_BOOT: 41,
  INTERNAL: 70,
  INTERRUPTED: 130,
} as const

export type ErrorCode = keyof typeof EXIT_CODES

interface BrmcErrorOptions {
  cause?: unknown
  /** Ways out, each a sentence the user can act on. */
  suggestions?: readonly string[]
  /** One finding a line, where there are several (all problems of a file at once). */
  details?: readonly string[]
}

/** An error meant for the user: what is wrong, where, what to do. Printed without a stack. */
export class BrmcError extends Error {
  override readonly name = 'BrmcError'
  readonly suggestions: readonly string[]
  readonly details: readonly string[]

  constructor(readonly code: ErrorCode, message: string, {cause, suggestions = [], details = []}: BrmcErrorOptions = {}) {
    super(message, {cause})
    this.suggestions = suggestions
    this.details = details
  }

  get exitCode(): number {
    return EXIT_CODES[this.code]
  }
}

/** `error` as text for a line of output, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
