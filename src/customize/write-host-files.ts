import {createReadStream, createWriteStream} from 'node:fs'
import {symlink, utimes, writeFile} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {pipeline} from 'node:stream/promises'

import {BrmcError} from '../errors.js'
import {systemPath} from '../files/name-bytes.js'
import type {RootEntry} from '../overlay/entry.js'

/**
 * Files that other programs are to read by names which mean nothing in any language of theirs. Names are given at once, what they stand for is written
 * by write(): what is a file of its own already is only linked to.
 */
export class HostFiles {
  readonly #sources: Pick<RootEntry, 'content' | 'size'>[] = []

  constructor(readonly folder: string) {}

  name(content: Buffer | RootEntry): string {
    this.#sources.push(Buffer.isBuffer(content) ? {content, size: content.length} : content)
    return `f${this.#sources.length - 1}`
  }

  async write(signal: AbortSignal): Promise<void> {
    for (const [index, source] of this.#sources.entries()) {
      if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
      const file = join(this.folder, `f${index}`)
      // Only a file of its own begins at its start: a member of an archive has its header before it.
      if (source.content && !Buffer.isBuffer(source.content) && source.content.offset === 0) await symlink(systemPath(resolve(source.content.file)), file)
      else await writeContent(source, file)
    }
  }
}

/** The bytes of an entry as the file `target`; with `epoch` as its time. */
export async function writeContent({content, size}: Pick<RootEntry, 'content' | 'size'>, target: string, epoch?: number): Promise<void> {
  if (content === undefined || Buffer.isBuffer(content) || size === 0) await writeFile(target, Buffer.isBuffer(content) ? content : '')
  else await pipeline(createReadStream(systemPath(content.file), {start: content.offset, end: content.offset + size - 1}), createWriteStream(target))
  if (epoch !== undefined) await utimes(target, epoch, epoch)
}
