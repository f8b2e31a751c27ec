import {stepOfStamp, type StepName} from './steps.js'

/** A line with which make gives up. */
export interface MakeStop {
  /** Counted from 1. */
  line: number
  text: string
  /** Folder below build/ of the target that was not made: `busybox-1.37.0`. */
  buildFolder?: string
  /** Package by the makefile with the recipe: `busybox` of package/busybox/busybox.mk. */
  makefilePackage?: string
  step?: StepName
  /** What is in place of `Error 2`: the signal that ended the recipe, as make names it (`Killed`). */
  signal?: string
}

const RECIPE = new RegExp([
  /^make(?:\[\d+\])?: \*\*\* /,
  /\[(?:(?<makefile>[^\]]+?):\d+: )?(?<target>[^\]]+)\] /,
  /(?:Error \d+|(?<signal>[A-Z][a-z]+(?: [a-z]+)*))(?: \(core dumped\))?$/,
].map(({source}) => source).join(''))
const NO_RULE = /^make(?:\[\d+\])?: \*\*\* No rule to make target /
/** `Makefile.legacy:9: *** "…".  Stop.` */
const STOP = /^[^\s:]+:\d+: \*\*\* .*Stop\.$/

/** The output may itself lie below a folder called build. */
const STAMP = /^.*\/build\/([^/]+)\/\.stamp_(\w+)$/
/** build/buildroot-config holds Buildroot's own menu; a project's build/buildroot/<board>/output is where brmc has it without containers. */
const IN_BUILD = /\/build\/(?!buildroot-config\/|buildroot\/[^/]+\/output\/)([^/]+)\//

/** undefined for all other lines, also for errors that make was told to ignore. */
export function parseMakeStop(text: string, line: number): MakeStop | undefined {
  if (!text.includes('***')) return undefined
  const groups = RECIPE.exec(text)?.groups
  if (!groups) return NO_RULE.test(text) || STOP.test(text) ? {line, text} : undefined
  const {makefile = '', target = '', signal} = groups
  const [, buildFolder, stamp] = STAMP.exec(target) ?? IN_BUILD.exec(target) ?? []
  const makefilePackage = /(?:^|\/)(?:package|boot|toolchain|linux)\/(?:.*\/)?([^/]+)\.mk$/.exec(makefile)?.[1] ?? /^(linux)\/linux\.mk$/.exec(makefile)?.[1]
  const step = stamp === undefined ? /\.(?:config|fragment)$/.test(target) ? 'configure' : undefined : stepOfStamp(stamp)
  return {
    line,
    text,
    ...buildFolder !== undefined && {buildFolder},
    // pkg-generic.mk and its like have every package's recipes.
    ...makefilePackage !== undefined && !makefilePackage.startsWith('pkg-') && {makefilePackage},
    ...step && {step},
    ...signal !== undefined && {signal},
  }
}
