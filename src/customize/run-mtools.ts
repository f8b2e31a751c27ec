import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../errors.js'
import type {FatSteps} from './fat-steps.js'
import type {PartitionRequest} from './tool-requests.js'
import {writeContent} from './write-host-files.js'

/** Arguments of one call: far below what a system takes. */
const BATCH = 500

/** Does `steps` to a FAT partition. Throws BrmcError IMAGE_TOO_SMALL, TOOL_FAILED. */
export async function runMtools({files, folders, newFolders, newFiles}: FatSteps, request: PartitionRequest): Promise<void> {
  const call = async (tool: string, options: readonly string[], paths: readonly string[]): Promise<void> => {
    for (let from = 0; from < paths.length; from += BATCH) await callTool(tool, {options, paths: paths.slice(from, from + BATCH)}, request)
  }

  const there = (paths: readonly string[]): string[] => paths.map(path => `::/${path}`)
  // What is read-only asks before it goes.
  await call('mattrib', ['-r'], there(files))
  await call('mdel', [], there(files))
  await call('mrd', [], there(folders))
  await call('mmd', [], there(newFolders))
  for (const [index, [folder, entries]] of [...newFiles].entries()) {
    const host = `boot${index}`
    await mkdir(join(request.folder, host))
    for (const {name, entry} of entries) await writeContent(entry, join(request.folder, host, name), request.epoch)
    for (let from = 0; from < entries.length; from += BATCH) {
      const paths = entries.slice(from, from + BATCH).map(({name}) => `${host}/${name}`)
      await callTool('mcopy', {options: ['-m'], paths: [...paths, `::/${folder}`]}, request)
    }
  }
}

interface Call {
  options: readonly string[]
  paths: readonly string[]
}

async function callTool(tool: string, {options, paths}: Call, {folder, image, offset, epoch, run, signal}: PartitionRequest): Promise<void> {
  try {
    // No input: it asks nobody. Geometry of cards is not what floppies had.
    await run(tool, ['-i', `${image}@@${offset}`, ...options, ...paths], {cwd: folder, signal, input: '', env: {SOURCE_DATE_EPOCH: String(epoch), TZ: 'UTC', MTOOLS_SKIP_CHECK: '1'}})
  } catch (error) {
    if (error instanceof BrmcError && /full|No free cluster/i.test(error.details.join('\n'))) {
      throw new BrmcError('IMAGE_TOO_SMALL', 'the boot partition became full', {cause: error, details: error.details, suggestions: ['delete something in the same run: an overlay with .wh.<name> takes <name> away']})
    }

    throw error
  }
}
