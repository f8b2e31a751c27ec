import {BrmcError} from '../../errors.js'
import type {BootFile} from '../boot-file.js'
import type {Region} from '../region.js'
import {bootRegions} from './boot-sector.js'
import {encodeFatDirectory, fatDirectorySize} from './directory.js'
import {folderTree, type Folder} from './folders.js'
import {clusterBytes, FAT_SECTOR, fatGeometry, type FatGeometry} from './geometry.js'

export interface Fat32Options {
  /** Bytes. Default: the files, a quarter more and 16 MiB, 64 MiB at least, in steps of 4 MiB. */
  size?: number
  /** At most 11 characters, upper case. */
  label: string
  volumeId: number
  /** Seconds since 1970. */
  epoch: number
  /** Sectors of the card before the partition. */
  firstSector: number
  /** A plan with the same shared files, to take over what need not be computed twice. */
  like?: Fat32Plan
}

export interface Fat32Plan {
  size: number
  freeBytes: number
  /** Sorted by offset; offsets count from the start of the partition. */
  regions: Region[]
  /** Where each file lies, in one piece; `offset` counts from the start of the partition. */
  files: {path: string, offset: number, size: number}[]
  /** The part of the allocation table in front of files that vary. */
  sharedTable: SharedTable
}

interface SharedTable {
  chains: readonly Chain[]
  table: Buffer
}

interface Chain {
  cluster: number
  clusters: number
}

const MIB = 1024 * 1024
const STEP = 4 * MIB
const MIN_SIZE = 64 * MIB
const FIRST_CLUSTER = 2
const MAX_FILE = 0xffff_ffff

/**
 * A FAT32 file system with `files`, each in one piece, folders before files, in order of name, those that vary last; nothing is read.
 * Throws BrmcError IMAGE_TOO_SMALL with a forecast, IMAGE_INVALID for names and sizes that FAT does not take.
 */
export function planFat32(files: readonly BootFile[], options: Fat32Options): Fat32Plan {
  const tooLarge = files.find(({size}) => size > MAX_FILE)
  if (tooLarge) throw new BrmcError('IMAGE_INVALID', `${tooLarge.path} is too large for a FAT partition (4 GiB)`)
  const root = folderTree(files)
  const geometry = fatGeometry(options.size ?? defaultSize(files))
  const bytes = clusterBytes(geometry)
  const folders = withSubfolders(root)
  const next = assignClusters(folders, bytes)
  const free = geometry.clusters - (next - FIRST_CLUSTER)
  if (free < 0) throw tooSmall((next - FIRST_CLUSTER) * bytes, geometry)
  const offsetOf = (cluster: number): number => (geometry.data + (cluster - FIRST_CLUSTER) * geometry.sectorsPerCluster) * FAT_SECTOR
  const placed = folders.flatMap(folder => folder.files)
  const varying = placed.filter(({file}) => file.varies === true)
  const shared = [...folders, ...placed.filter(({file}) => file.varies !== true)]
  const sharedTable = shareTable(shared.map(({cluster, clusters}) => ({cluster, clusters})), options.like)
  const regions: Region[] = [
    ...bootRegions(geometry, {...options, free, next}),
    ...tableRegions(geometry, [sharedTable.table, encodeTable(varying, {from: sharedTable.table.length / 4, next})]),
    ...folders.map(folder => directoryRegion(folder, {options, offset: offsetOf(folder.cluster), bytes})),
    ...placed.filter(({file}) => file.size > 0).map(({file, cluster}) => ({offset: offsetOf(cluster), size: file.size, content: file.content})),
  ]
  regions.sort((a, b) => a.offset - b.offset)
  return {
    size: geometry.sectors * FAT_SECTOR,
    freeBytes: free * bytes,
    regions,
    sharedTable,
    files: placed.map(({file: {path, size}, cluster}) => ({path, size, offset: size === 0 ? 0 : offsetOf(cluster)})),
  }
}

function defaultSize(files: readonly BootFile[]): number {
  const content = files.reduce((sum, {size}) => sum + Math.ceil(size / 4096) * 4096, 0)
  return Math.max(MIN_SIZE, Math.ceil((content * 1.25 + 16 * MIB) / STEP) * STEP)
}

function tooSmall(needed: number, {sectors}: FatGeometry): BrmcError {
  return new BrmcError('IMAGE_TOO_SMALL', `the boot files need ${Math.ceil(needed / MIB)} MiB and the boot partition has ${Math.floor(sectors * FAT_SECTOR / MIB)} MiB`, {
    suggestions: ['leave the size of the boot partition out, and it will be as large as needed', 'or take files out of it: start_x.elf and device trees of other boards are not needed'],
  })
}

function withSubfolders(folder: Folder): Folder[] {
  return [folder, ...folder.folders.flatMap(withSubfolders)]
}

/** Folders first, then files, side by side, those that vary last. Returns the first free cluster. */
function assignClusters(folders: readonly Folder[], bytes: number): number {
  let next = FIRST_CLUSTER
  for (const folder of folders) {
    folder.cluster = next
    folder.clusters = Math.ceil(fatDirectorySize(folder.names, folder.parent === undefined) / bytes)
    next += folder.clusters
  }

  const files = folders.flatMap(folder => folder.files)
  for (const placed of [...files.filter(({file}) => file.varies !== true), ...files.filter(({file}) => file.varies === true)]) {
    placed.clusters = Math.ceil(placed.file.size / bytes)
    placed.cluster = placed.clusters === 0 ? 0 : next
    next += placed.clusters
  }

  return next
}

const END_OF_CHAIN = 0x0fff_ffff
const MEDIA = 0x0fff_fff8

/** There are hundreds of thousands of entries, the same in every image of a kind. */
function shareTable(chains: readonly Chain[], like: Fat32Plan | undefined): SharedTable {
  const known = like?.sharedTable
  const isSame = known?.chains.length === chains.length && chains.every((chain, index) => isSameChain(chain, known.chains[index]))
  if (isSame) return known
  const next = chains.reduce((last, {cluster, clusters}) => clusters === 0 ? last : Math.max(last, cluster + clusters), FIRST_CLUSTER)
  return {chains, table: encodeTable(chains, {from: 0, next})}
}

const isSameChain = (one: Chain, other: Chain | undefined): boolean => one.cluster === other?.cluster && one.clusters === other.clusters

/** The allocation table from one cluster to another. */
function encodeTable(chains: readonly Chain[], {from, next}: {from: number, next: number}): Buffer {
  const entries = new Uint32Array(next - from)
  if (from === 0) {
    entries[0] = MEDIA
    entries[1] = END_OF_CHAIN
  }

  for (const {cluster, clusters} of chains) {
    if (clusters === 0) continue
    const last = cluster + clusters - 1
    for (let at = cluster; at < last; at++) entries[at - from] = at + 1
    entries[last - from] = END_OF_CHAIN
  }

  const table = Buffer.from(entries.buffer)
  return IS_BIG_ENDIAN ? table.swap32() : table
}

/** Entries are set in the machine's own order of bytes, for speed. */
const IS_BIG_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 0

/** Both copies. The zeros behind the used part count: they say that clusters are free. */
function tableRegions({reserved, table: sectors}: FatGeometry, [shared, own]: readonly [Buffer, Buffer]): Region[] {
  const used = shared.length + own.length
  return [reserved, reserved + sectors].map(first => first * FAT_SECTOR).flatMap(offset => [
    {offset, size: shared.length, content: shared},
    ...own.length > 0 ? [{offset: offset + shared.length, size: own.length, content: own}] : [],
    {offset: offset + used, size: sectors * FAT_SECTOR - used},
  ])
}

function directoryRegion(folder: Folder, {options: {label, epoch}, offset, bytes}: {options: Fat32Options, offset: number, bytes: number}): Region {
  const content = Buffer.alloc(folder.clusters * bytes)
  const children = [
    ...folder.folders.map(({name, cluster}) => ({name, cluster, directory: true, size: 0})),
    ...folder.files.map(({name, cluster, file}) => ({name, cluster, directory: false, size: file.size})),
  ]
  const {parent} = folder
  // ".." of a folder in the root names cluster 0, not the root's own.
  const head = parent ? {self: folder.cluster, parent: parent.parent ? parent.cluster : 0} : {label}
  encodeFatDirectory({children, head, epoch}).copy(content)
  return {offset, size: content.length, content}
}
