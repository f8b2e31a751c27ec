import {statSync} from 'node:fs'
import {appendFile, readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

import * as z from 'zod'

import {writeWhole} from '../../files/write-whole.js'
import type {Shard} from './shard.js'

const RecordSchema = z.object({site: z.string(), inputs: z.string(), size: z.number(), mtimeMs: z.number(), ino: z.number()})
type MadeRecord = z.output<typeof RecordSchema>

const JOURNAL = /^made-of-\d+-of-\d+\.jsonl$/

/**
 * What was made of what, a line a site, beside the images: a run that was ended goes on where it was. A site is written down when its file has
 * reached the disk; one that is not written down is made again.
 */
export class MadeRecords {
  readonly #journal: string
  readonly #known = new Map<string, MadeRecord[]>()
  readonly #own: MadeRecord[] = []
  #waiting: MadeRecord[] = []

  /** Each shard writes a journal of its own; all are read. */
  static async open(folder: string, {index, of}: Shard): Promise<MadeRecords> {
    const records = new MadeRecords(join(folder, `made-of-${index}-of-${of}.jsonl`))
    const names = await readdir(folder)
    for (const name of names.filter(entry => JOURNAL.test(entry)).sort()) {
      for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) records.#read(line)
    }

    return records
  }

  private constructor(journal: string) {
    this.#journal = journal
  }

  /** Bytes of the file where it was made of these inputs and nobody touched it since. */
  freshSize(site: string, file: string, inputs: string): number | undefined {
    const known = this.#known.get(site)?.filter(record => record.inputs === inputs) ?? []
    if (known.length === 0) return undefined
    const now = stateOf(file)
    const record = now && known.find(({size, mtimeMs, ino}) => size === now.size && mtimeMs === now.mtimeMs && ino === now.ino)
    if (record) this.#own.push(record)
    return record?.size
  }

  note(site: string, file: string, inputs: string): void {
    const state = stateOf(file)
    if (state) this.#waiting.push({site, inputs, ...state})
  }

  /** `reachDisk` is waited for before what was noted is written down. */
  async writeDown(reachDisk: () => Promise<void>): Promise<void> {
    if (this.#waiting.length === 0) return
    const records = this.#waiting
    this.#waiting = []
    await reachDisk()
    await appendFile(this.#journal, linesOf(records))
    this.#own.push(...records)
  }

  /** All that is true now and nothing else: journals do not grow from run to run. */
  async conclude(): Promise<void> {
    await writeWhole(this.#journal, linesOf(this.#own))
  }

  /** What was cut off in the middle is as if it were not there. */
  #read(line: string): void {
    try {
      const record = RecordSchema.parse(JSON.parse(line))
      this.#known.set(record.site, [...this.#known.get(record.site) ?? [], record])
    } catch {
      // Nothing is known of it then, and it is made again.
    }
  }
}

const linesOf = (records: readonly MadeRecord[]): string => records.map(record => `${JSON.stringify(record)}\n`).join('')

function stateOf(file: string): Pick<MadeRecord, 'size' | 'mtimeMs' | 'ino'> | undefined {
  const state = statSync(file, {throwIfNoEntry: false})
  return state && {size: state.size, mtimeMs: state.mtimeMs, ino: state.ino}
}
