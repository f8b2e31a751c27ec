import {open, type FileHandle} from 'node:fs/promises'

import * as z from 'zod'

import {BrmcError} from '../errors.js'
import type {Run} from '../process/run.js'
import {recogniseFileSystem, RECOGNISED_BY, type FileSystem} from './file-systems.js'

export interface DiskPartition {
  /** From 1, as in /dev/mmcblk0p1. */
  number: number
  /** Bytes. */
  offset: number
  size: number
  fileSystem: FileSystem
  /** As root=PARTUUID= has it. */
  partUuid?: string
  partLabel?: string
}

const Entry = z.object({node: z.string(), start: z.int(), size: z.int(), type: z.string(), uuid: z.string().optional(), name: z.string().optional()})
const Table = z.object({
  partitiontable: z.object({
    label: z.enum(['dos', 'gpt']),
    id: z.string(),
    sectorsize: z.int().default(512),
    partitions: z.array(Entry).default([]),
  }),
})
/** MBR types of extended partitions: boxes of others. */
const EXTENDED = new Set(['5', 'f', '85'])

/**
 * The partitions of an image with MBR or GPT, as sfdisk(8) reads them, and what lies in each. `image` is a path relative to `cwd` of letters
 * alone. Throws BrmcError IMAGE_INVALID, TOOL_MISSING.
 */
export async function readDisk(image: string, {cwd, run, signal}: {cwd: string, run: Run, signal: AbortSignal}): Promise<DiskPartition[]> {
  const {partitiontable: {label, id, sectorsize, partitions}} = await readTable(image, {cwd, run, signal})
  const file = await open(`${cwd}/${image}`)
  try {
    const {size: imageSize} = await file.stat()
    const found: DiskPartition[] = []
    for (const {node, start, size, type, uuid, name} of partitions) {
      const number = Number(/\d+$/.exec(node)?.[0])
      const [offset, bytes] = [start * sectorsize, size * sectorsize]
      if (label === 'dos' && EXTENDED.has(type)) continue
      if (offset + bytes > imageSize) throw new BrmcError('IMAGE_INVALID', `the image was cut short: its partition ${number} ends at ${offset + bytes} bytes, the image at ${imageSize}`, {suggestions: ['copy or unpack it again']})
      const partUuid = label === 'gpt' ? uuid : `${id.replace(/^0x/, '')}-${number.toString(16).padStart(2, '0')}`
      found.push({
        number, offset, size: bytes, fileSystem: recogniseFileSystem(await startOf(file, offset, bytes)),
        ...partUuid !== undefined && {partUuid}, ...name !== undefined && {partLabel: name},
      })
    }

    return found
  } finally {
    await file.close()
  }
}

async function readTable(image: string, {cwd, run, signal}: {cwd: string, run: Run, signal: AbortSignal}): Promise<z.output<typeof Table>> {
  try {
    const {stdout} = await run('sfdisk', ['--json', image], {cwd, signal})
    return Table.parse(JSON.parse(stdout))
  } catch (error) {
    if (error instanceof BrmcError && error.code !== 'TOOL_FAILED') throw error
    throw new BrmcError('IMAGE_INVALID', 'the image has no partition table (neither MBR nor GPT)', {cause: error, suggestions: ['give the image of a whole card, not of one partition']})
  }
}

async function startOf(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const length = Math.min(RECOGNISED_BY, size)
  const {buffer, bytesRead} = await file.read(Buffer.alloc(length), 0, length, offset)
  return buffer.subarray(0, bytesRead)
}
