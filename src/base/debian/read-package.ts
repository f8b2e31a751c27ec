import {once} from 'node:events'

import {extract, type Header} from 'tar-stream'

import {BrmcError, messageOf} from '../../errors.js'
import type {RootEntry} from '../../overlay/entry.js'
import type {Run} from '../../process/run.js'
import {isWanted, mergedPath, type PackageTree} from './package-tree.js'

/** One package more than that gains nothing on most machines: the kernel's is as large as all the others together. */
const SEVERAL_AT_ONCE = 2

/** Unpacks the packages at `paths` into memory, later ones over earlier ones; no script of theirs ever runs. Throws BrmcError PACKAGE_CORRUPT. */
export async function readPackages(paths: readonly string[], {run, signal}: {run: Run, signal?: AbortSignal | undefined}): Promise<PackageTree> {
  const trees: RootEntry[][] = []
  const waiting = [...paths.entries()]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, path] = next
      trees[index] = await readPackage(path, run, signal)
    }
  }
  await Promise.all(Array.from({length: SEVERAL_AT_ONCE}, worker))
  return new Map(trees.flat().map(entry => [entry.path, entry]))
}

async function readPackage(path: string, run: Run, signal: AbortSignal | undefined): Promise<RootEntry[]> {
  const entries: RootEntry[] = []
  try {
    await run('dpkg-deb', ['--fsys-tarfile', path], {consume: output => readTar(output, entry => entries.push(entry)), ...signal && {signal}})
  } catch (error) {
    if (error instanceof BrmcError && error.code !== 'TOOL_FAILED') throw error
    throw new BrmcError('PACKAGE_CORRUPT', `the package ${path} cannot be unpacked: ${messageOf(error)}`, {
      cause: error,
      details: error instanceof BrmcError ? error.details : [],
      suggestions: ['delete it: it is fetched again'],
    })
  }

  return entries
}

async function readTar(output: AsyncIterable<Uint8Array>, take: (entry: RootEntry) => void): Promise<void> {
  const archive = extract()
  const finished = new Promise<void>((resolve, reject) => {
    archive.on('finish', resolve)
    archive.on('error', reject)
  })
  archive.on('entry', (header, body, next) => {
    const path = mergedPath(header.name)
    const wanted = path !== '' && isWanted(path)
    const chunks: Uint8Array[] = []
    body.on('data', (chunk: unknown) => {
      if (wanted && chunk instanceof Uint8Array) chunks.push(chunk)
    })
    body.on('end', () => {
      if (wanted) take(entryOf(path, header, Buffer.concat(chunks)))
      next()
    })
  })
  for await (const chunk of output) {
    if (!archive.write(chunk)) await Promise.race([once(archive, 'drain'), finished])
  }
  archive.end(undefined)
  await finished
}

function entryOf(path: string, {type, linkname, mode, uid, gid}: Header, content: Buffer): RootEntry {
  const entry = {path, mode, uid, gid, mtime: 0, size: 0}
  if (type === 'file') return {...entry, type, size: content.length, content}
  if (type === 'directory') return {...entry, type}
  if (type === 'symlink') return {...entry, type, target: linkname}
  // A second name of a file serves as well as a link to it, and needs no rule about which of them is taken.
  if (type === 'link') return {...entry, type: 'symlink', mode: 0o777, target: `/${mergedPath(linkname)}`}
  throw new BrmcError('PACKAGE_CORRUPT', `${path} is a ${type}, which packages do not hold`)
}
