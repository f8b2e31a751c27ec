import * as z from 'zod'

import type {AskedSymbol} from './asked.js'
import {fixupsOf, type Fixup, type PrintedVariables} from './printed-variables.js'

export type KconfigKind = 'buildroot' | 'linux' | 'busybox'

/** What board/builder/kconfig-answer.py reads. Paths are those of the container. */
export interface Question {
  kind: KconfigKind
  srctree: string
  environment: Readonly<Record<string, string>>
  /** In merge order; relative to srctree or absolute. */
  configs: readonly string[]
  /** The first one is a defconfig of the sources, completed before the others are merged. */
  completeFirst: boolean
  fixups: readonly Fixup[]
  asked: readonly {symbol: string; value: string}[]
}

const Named = z.object({symbol: z.string(), place: z.string()})

export interface Condition {
  /** As Kconfig writes it, without CONFIG_: NET_SCHED, !MODPROBE_SMALL, A || B. */
  expression: string
  value: 'n' | 'm' | 'y'
  /** `probed`: its definition looks at the compiler. */
  symbols: {symbol: string; value: string; known: boolean; probed: boolean; place?: string | undefined}[]
  /** Why it is not met, where it is one option that others hide. */
  because: Condition[]
  /** Options that select it, where it has no prompt. */
  selectors?: z.output<typeof Named>[] | undefined
}

const Condition: z.ZodType<Condition> = z.lazy(() => z.object({
  expression: z.string(),
  value: z.enum(['n', 'm', 'y']),
  symbols: z.array(z.object({symbol: z.string(), value: z.string(), known: z.boolean(), probed: z.boolean(), place: z.string().optional()})),
  because: z.array(Condition),
  selectors: z.array(Named).optional(),
}))

const Facts = z.union([
  z.object({known: z.literal(false), near: z.array(z.string())}),
  z.object({
    known: z.literal(true),
    type: z.string(),
    value: z.string(),
    places: z.array(z.string()).min(1),
    prompt: z.string().optional(),
    /** Removed from Buildroot, kept to say so (Config.in.legacy). */
    legacy: z.literal(true).optional(),
    /** Below: where the value is not the one asked for. */
    rejected: z.boolean().optional(),
    unmet: z.array(Condition).optional(),
    /** Its own definition looks at the compiler. */
    probed: z.boolean().optional(),
    selectedBy: z.array(Named.extend({value: z.string()})).optional(),
    selectors: z.array(Named).optional(),
    modulesOff: z.boolean().optional(),
    chosen: Named.optional(),
    range: z.tuple([z.string(), z.string()]).optional(),
    fixup: z.string().optional(),
    /** Lines that were tried and let the option have what is asked. */
    remedy: z.array(z.string()).optional(),
  }),
])

/** What Kconfig has to say of one option. */
export type Facts = z.output<typeof Facts>

/** What board/builder/kconfig-answer.py prints. */
export const Answer = z.union([z.object({unreadable: z.string()}), z.object({symbols: z.record(z.string(), Facts)})])
export type Answer = z.output<typeof Answer>

/** Whether an answer may be another one with the compiler that the kernel is built with: no ground to end a run that asked with the machine's own. */
export function restsOnCompiler(facts: Facts): boolean {
  const rests = ({symbols, because}: Condition): boolean => symbols.some(({probed}) => probed) || because.some(rests)
  return facts.known && (facts.probed === true || facts.unmet?.some(rests) === true)
}

const wishes = (asked: readonly AskedSymbol[]): Question['asked'] => asked.map(({symbol, value}) => ({symbol, value}))
const words = (text: string): string[] => text.split(/\s+/).filter(word => word !== '')

/** @param defconfig the file that `make defconfig` was given; its .br2-external.in.* files are in BASE_DIR */
export function buildrootQuestion(printed: PrintedVariables, defconfig: string, asked: readonly AskedSymbol[]): Question {
  return {
    kind: 'buildroot',
    srctree: printed.TOPDIR,
    // COMMON_CONFIG_ENV of Buildroot's Makefile, and BR2_BASE_DIR: kconfiglib takes the $BR2_BASE_DIR of `source` lines from the environment.
    environment: {
      BASE_DIR: printed.BASE_DIR,
      BR2_BASE_DIR: printed.BASE_DIR,
      BR2_CONFIG: printed.BR2_CONFIG,
      BR2_DEFCONFIG: defconfig,
      BR2_VERSION_FULL: printed.BR2_VERSION_FULL,
      HOSTARCH: printed.HOSTARCH,
      HOST_GCC_VERSION: printed.HOSTCC_VERSION,
      SKIP_LEGACY: '',
    },
    configs: [defconfig],
    completeFirst: false,
    fixups: [],
    asked: wishes(asked),
  }
}

export interface KernelTools {
  /** Prefix of the compiler, as in /tc/bin/aarch64-linux-gnu-; '' for the machine's own, which answers for options that depend on no compiler. */
  crossCompile: string
}

/** @param srctree the kernel's sources */
export function linuxQuestion(printed: PrintedVariables, srctree: string, {crossCompile}: KernelTools, asked: readonly AskedSymbol[]): Question {
  const arch = printed.KERNEL_ARCH
  const defconfig = printed.LINUX_KCONFIG_DEFCONFIG
  const tool = (name: string): string => `${crossCompile}${name}`
  return {
    kind: 'linux',
    srctree,
    environment: {
      ARCH: arch, SRCARCH: arch, CC: tool('gcc'), LD: tool('ld'), AR: tool('ar'), NM: tool('nm'), OBJCOPY: tool('objcopy'),
      HOSTCC: 'gcc', HOSTCXX: 'g++', CLANG_FLAGS: '', RUSTC: 'rustc', BINDGEN: 'bindgen', PAHOLE: 'pahole',
    },
    configs: [defconfig === '' ? fromBuildroot(printed, printed.LINUX_KCONFIG_FILE) : `arch/${arch}/configs/${defconfig}`, ...words(printed.LINUX_KCONFIG_FRAGMENT_FILES)
      .map(file => fromBuildroot(printed, file))],
    completeFirst: defconfig !== '',
    fixups: fixupsOf(printed.LINUX_KCONFIG_FIXUP_CMDS),
    asked: wishes(asked),
  }
}

/** @param srctree BusyBox's sources, Buildroot's patches applied */
export function busyboxQuestion(printed: PrintedVariables, srctree: string, asked: readonly AskedSymbol[]): Question {
  return {
    kind: 'busybox',
    srctree,
    environment: {},
    configs: words(`${printed.BUSYBOX_KCONFIG_FILE} ${printed.BUSYBOX_KCONFIG_FRAGMENT_FILES}`).map(file => fromBuildroot(printed, file)),
    completeFirst: false,
    fixups: fixupsOf(printed.BUSYBOX_KCONFIG_FIXUP_CMDS),
    asked: wishes(asked),
  }
}

/** Buildroot's makefiles run in its own folder. */
const fromBuildroot = ({TOPDIR}: PrintedVariables, file: string): string => file.startsWith('/') ? file : `${TOPDIR}/${file}`
