import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {CONTRACT_VARIABLES, type PrintedVariables} from '../../src/kconfig/printed-variables.js'
import {Answer, buildrootQuestion, busyboxQuestion, linuxQuestion, type Facts, type KconfigKind, type Question} from '../../src/kconfig/question.js'
import {askedLines, lastAsked, type AskedSymbol} from '../../src/kconfig/asked.js'
import {run} from '../../src/process/run.js'

const SCRIPT = fileURLToPath(new URL('../../board/builder/kconfig-answer.py', import.meta.url))
export const treeOf = (kind: KconfigKind): string => fileURLToPath(new URL(`trees/${kind}`, import.meta.url))

export async function ask(question: Question): Promise<Answer> {
  const {stdout} = await run(SCRIPT, [], {input: JSON.stringify(question)})
  return Answer.parse(JSON.parse(stdout))
}

export async function factsOf(question: Question): Promise<Record<string, Facts>> {
  const answer = await ask(question)
  if ('unreadable' in answer) throw new Error(answer.unreadable)
  return answer.symbols
}

const nothing = Object.fromEntries(CONTRACT_VARIABLES.map(name => [name, ''])) as PrintedVariables

/** A fragment's text, asked of one of our small trees. */
export interface Wish {
  kind: KconfigKind
  fragment: string
  fixups?: string
}

/** The fragment's options and what the tree's Kconfig says of them. */
export async function wish({kind, fragment, fixups = ''}: Wish): Promise<{asked: AskedSymbol[]; facts: Record<string, Facts>}> {
  const folder = await mkdtemp(join(tmpdir(), 'brmc-kconfig-'))
  try {
    const file = join(folder, 'fragment')
    await writeFile(file, fragment)
    await writeFile(join(folder, '.br2-external.in.paths'), 'config BR2_EXTERNAL_BRMC_PATH\n\tstring\n\tdefault "/tree"\n')
    const asked = lastAsked(askedLines(fragment, 'fragment'))
    const question = {
      buildroot: () => buildrootQuestion({...nothing, TOPDIR: treeOf(kind), BASE_DIR: folder}, file, asked),
      linux: () => linuxQuestion({
        ...nothing, KERNEL_ARCH: 'arm64', LINUX_KCONFIG_DEFCONFIG: 'small_defconfig', LINUX_KCONFIG_FRAGMENT_FILES: file, LINUX_KCONFIG_FIXUP_CMDS: fixups,
      }, treeOf(kind), {crossCompile: ''}, asked),
      busybox: () => busyboxQuestion({
        ...nothing, TOPDIR: treeOf(kind), BUSYBOX_KCONFIG_FILE: 'small.config', BUSYBOX_KCONFIG_FRAGMENT_FILES: file, BUSYBOX_KCONFIG_FIXUP_CMDS: fixups,
      }, treeOf(kind), asked),
    }[kind]()
    return {asked, facts: await factsOf(question)}
  } finally {
    await rm(folder, {recursive: true})
  }
}
