import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../errors.js'
import type {PartitionRequest} from './tool-requests.js'

const SCRIPT = 'script'
const SHOWN = 12
/** What it prints where all is well: each command again, the number of a new inode, an empty line. */
const EXPECTED = /^(?:debugfs: .*|Allocated inode: \d+|)$/s
const BANNER = /^debugfs \d\S* \([^)]*\)$/

/** Runs a script of debugfs(8), which ends with 0 though its commands fail: only what it must print may be printed. Throws BrmcError TOOL_FAILED, IMAGE_TOO_SMALL, OVERLAY_INVALID. */
export async function runDebugfs(script: Buffer, {folder, image, offset, epoch, run, signal}: PartitionRequest): Promise<void> {
  await writeFile(join(folder, SCRIPT), script)
  const unexpected: string[] = []
  const {stderr} = await run('debugfs', ['-w', '-f', SCRIPT, `${image}?offset=${offset}`], {
    cwd: folder, signal, consume: async output => keepUnexpected(output, unexpected),
    // The second is younger, and counts where a later debugfs has forgotten the first.
    env: {E2FSPROGS_FAKE_TIME: String(epoch), SOURCE_DATE_EPOCH: String(epoch), DEBUGFS_PAGER: '__none__'},
  })
  const problems = [...unexpected, ...stderr.split('\n').filter(line => line.trim() !== '' && !BANNER.test(line))]
  if (problems.length === 0) return
  const [, code, message] = MEANINGS.find(([words]) => problems.some(line => words.test(line))) ?? ['', 'TOOL_FAILED', 'debugfs could not make the changes'] as const
  throw new BrmcError(code, message, {details: problems.slice(0, SHOWN)})
}

const MEANINGS = [
  [/Could not allocate|No free space|No space/i, 'IMAGE_TOO_SMALL', 'the root file system became full'],
  [/Insufficient space to store extended attribute/, 'OVERLAY_INVALID', 'the overlays have more extended attributes on one file than the root file system holds'],
] as const

/** Line by line: a hundred thousand files make a long answer, which nobody has to hold in memory. */
async function keepUnexpected(output: AsyncIterable<Uint8Array>, unexpected: string[]): Promise<void> {
  let rest = ''
  const look = (line: string): void => {
    if (!EXPECTED.test(line) && unexpected.length < SHOWN) unexpected.push(line)
  }

  for await (const chunk of output) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) look(line)
  }

  look(rest)
}
