import {BrmcError} from '../../errors.js'
import type {BootFile} from '../boot-file.js'
import {fatNames, type FatName} from './names.js'

export interface PlacedFile {
  name: FatName
  file: BootFile
  cluster: number
  clusters: number
}

export interface Folder {
  name: FatName
  parent: Folder | undefined
  folders: Folder[]
  files: PlacedFile[]
  /** Of all its children. */
  names: FatName[]
  cluster: number
  clusters: number
}

const ROOT_NAME: FatName = {long: '', short: Buffer.alloc(11), needsLong: false}

/** The folders that `files` make, each with its children in order of name. Clusters are not yet given (0). */
export function folderTree(files: readonly BootFile[]): Folder {
  const root: Folder = {name: ROOT_NAME, parent: undefined, folders: [], files: [], names: [], cluster: 0, clusters: 0}
  fill(root, '', [...files].sort((a, b) => a.path < b.path ? -1 : Number(a.path > b.path)))
  return root
}

function fill(folder: Folder, path: string, files: readonly BootFile[]): void {
  const prefix = path === '' ? '' : `${path}/`
  const groups = new Map<string, BootFile[]>()
  for (const file of files) {
    const [name = ''] = file.path.slice(prefix.length).split('/')
    groups.set(name, [...groups.get(name) ?? [], file])
  }

  const names = fatNames(Array.from(groups.keys()), path)
  folder.names = names
  for (const name of names) {
    const group = groups.get(name.long) ?? []
    const itself = group.find(file => file.path === prefix + name.long)
    if (itself && group.length > 1) throw new BrmcError('IMAGE_INVALID', `${itself.path} stands twice on the FAT partition`)
    if (itself) {
      folder.files.push({name, file: itself, cluster: 0, clusters: 0})
    } else {
      const below: Folder = {name, parent: folder, folders: [], files: [], names: [], cluster: 0, clusters: 0}
      folder.folders.push(below)
      fill(below, prefix + name.long, group)
    }
  }
}
