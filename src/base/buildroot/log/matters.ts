/** How much a line of a failed build tells: an error; its context (where, what it said next); nothing. */
export type Weight = 'error' | 'hint' | 'context'

const ERROR = new RegExp([
  // gcc, clang, ld, cmake, meson, cargo, dtc, Kconfig
  /(?:^|[\s:])(?:fatal |internal compiler )?error: /i,
  /^(?:CMake Error|FAILED: |ERROR\b|Error:|E: |\*\*\* ERROR|Traceback )/,
  /^(?:configure|meson\.build\S*): (?:error|ERROR)|: ERROR: /,
  /undefined reference to |cannot find -l|ld returned \d|multiple definition of /,
  /No rule to make target|\*\*\* .*Stop\.$|missing separator/,
  /No space left on device|Disk quota exceeded|Read-only file system|Input\/output error/,
  /\bKilled\b|\bterminated by signal\b|Segmentation fault|out of memory|Cannot allocate memory/,
  /Hunk #\d+ FAILED|hunks? FAILED|^Aborting\.|Reversed \(or previously applied\)|malformed patch/,
  /^(?:wget|curl|fatal|rsync|rsync error|svn|ssh|scp|tar|gzip|xz|bzip2|unzip|cpio): |\/tar: |^HTTP request sent.* [45]\d\d |^\d{4}-.* ERROR \d/,
  /unable to resolve host address|Could not resolve host|Connection (?:refused|timed out|reset)|certificate/i,
  /cannot stat|Permission denied|Operation not permitted|Argument list too long|File name too long|Exec format error|command not found|: not found$/,
  /does not exist|nonexistent|Incorrect selection|available in (?:C library|this toolchain)|available in external toolchain|toolchains? (?:are|is) unsuitable/i,
  /^You must install|^Your (?:PATH|Perl)|^You seem to have|^You have .* installed|^Please (?:configure|install)/,
  /installs files in|we shouldn't have|Maybe you need to increase|Configuration error|Can't find|could not setup/,
].map(({source}) => source).join('|'))
const HINT = /No such file or directory|failed|not supported|invalid|^\S*warning: |Clock skew/i
/** Lines that go with an error: where it was found, the source with its caret, the files tried before. */
const CONTEXT = new RegExp([
  /^\s*\d* \| |^In file included from |^ {17}from |: In function |^\s+\^|^compilation terminated/,
  /^Check your system clock|^(?:wget|git clone|curl) .*https?:|^Applying \S+ using |^patching file |^\t *\S/,
].map(({source}) => source).join('|'))
/** make's epilogue, and what talks of errors without being one. */
const NOISE = new RegExp([
  /^make(?:\[\d+\])?: (?:Entering|Leaving|\*\*\* \[|\*\*\* Waiting|\*\*\* Deleting)|recipe for target '.*' failed/,
  /-Werror[= ]|^\S+: OK \(/,
  // git of a checkout that borrows objects from a repository the container does not see (git clone --shared): asked for the version, which builds without an answer
  /^error: unable to normalize alternate object path|^fatal: bad object HEAD$/,
].map(({source}) => source).join('|'))

/** undefined: the line says nothing about a failure. */
export function weigh(line: string): Weight | undefined {
  if (isRoutine(line) || NOISE.test(line)) return undefined
  if (isCommand(line)) return CONTEXT.test(line) ? 'context' : undefined
  if (ERROR.test(line)) return 'error'
  if (CONTEXT.test(line)) return 'context'
  return HINT.test(line) ? 'hint' : undefined
}

const ROUTINE = new RegExp([
  /^ {2}(?:AR|AS|CALL|CC|CCLD|CHK|COPY|CXX|CXXLD|DEPMOD|DTC|GEN|HDRINST|HOSTCC|HOSTLD|INSTALL|LD|LEX|NM|OBJCOPY|SIGN|STRIP|SYNC|UPD|WRAP|XZ|YACC) /,
  /^(?:libtool: (?! *error: )|config\.status: |make\[\d+\]: (?:Entering|Leaving|Nothing)|checking (?!.*error: ))/,
].map(({source}) => source).join('|'))

/** What nearly all of a long log consists of, told by its beginning: nothing in it is ever looked for. */
export const isRoutine = (line: string): boolean => ROUTINE.test(line)

/** Command lines that make repeats before it runs them have many options and say nothing. */
export function isCommand(line: string): boolean {
  if (line.length > 300 || /\s\\$|^(?:for|if|while) |\b(?:printf|echo) "/.test(line)) return true
  return /^(?:\S*\/)?(?:[\w.+-]*(?:gcc|g\+\+|cc|ld|ar)|install|sed|wget|git|rsync|cp|mkdir|gzip|rm|ln|test|find) -/.test(line)
}
