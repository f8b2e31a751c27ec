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
}

export interface Fat32Plan {
  size: number
  freeBytes: number
  /** Sorted by offset; offsets count from the start of the partition. */
  regions: Region[]
  /** Where each file lies, in one piece; `offset` counts from the start of the partition. */
  files: {path: string, offset: number, size: number}[]
}

const MIB = 1024 * 1024
const STEP = 4 * MIB
const MIN_SIZE = 64 * MIB
const FIRST_CLUSTER = 2
const MAX_FILE = 0xffff_ffff

/**
 * A FAT32 file system with `files`, each in one piece, folders before files, in order of name; nothing is read.
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
  const regions: Region[] = [
    ...bootRegions(geometry, {...options, free, next}),
    ...tableRegions(geometry, encodeTable([...folders, ...placed].map(({cluster, clusters}) => ({cluster, clusters})), next)),
    ...folders.map(folder => directoryRegion(folder, {options, offset: offsetOf(folder.cluster), bytes})),
    ...placed.filter(({file}) => file.size > 0).map(({file, cluster}) => ({offset: offsetOf(cluster), size: file.size, content: file.content})),
  ]
  regions.sort((a, b) => a.offset - b.offset)
  return {
    size: geometry.sectors * FAT_SECTOR,
    freeBytes: free * bytes,
    regions,
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

/** Folders first, then files, side by side. Returns the first free cluster. */
function assignClusters(folders: readonly Folder[], bytes: number): number {
  let next = FIRST_CLUSTER
  for (const folder of folders) {
    folder.cluster = next
    folder.clusters = Math.ceil(fatDirectorySize(folder.names, folder.parent === undefined) / bytes)
    next += folder.clusters
  }

  for (const placed of folders.flatMap(folder => folder.files)) {
    placed.clusters = Math.ceil(placed.file.size / bytes)
    placed.cluster = placed.clusters === 0 ? 0 : next
    next += placed.clusters
  }

  return next
}

const END_OF_CHAIN = 0x0fff_ffff
const MEDIA = 0x0fff_fff8

/** The used part of the allocation table. */
function encodeTable(chains: readonly {cluster: number, clusters: number}[], next: number): Buffer {
  const table = Buffer.alloc(next * 4)
  table.writeUInt32LE(MEDIA, 0)
  table.writeUInt32LE(END_OF_CHAIN, 4)
  for (const {cluster, clusters} of chains) {
    for (let index = 0; index < clusters; index++) table.writeUInt32LE(index === clusters - 1 ? END_OF_CHAIN : cluster + index + 1, (cluster + index) * 4)
  }

  return table
}

/** Both copies. The zeros behind the used part count: they say that clusters are free. */
function tableRegions({reserved, table: sectors}: FatGeometry, table: Buffer): Region[] {
  return [reserved, reserved + sectors].flatMap(first => [
    {offset: first * FAT_SECTOR, size: table.length, content: table},
    {offset: first * FAT_SECTOR + table.length, size: sectors * FAT_SECTOR - table.length},
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
