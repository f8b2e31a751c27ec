import {askedLines, type AskedSymbol} from '../../kconfig/asked.js'
import type {BaseTreeFile} from './read-base-tree.js'

const USER_DEFCONFIG = 'user.defconfig'
/** What brmc adds follows from there. */
const SETTINGS = 'brmc.yaml'
export const FROM_USER = '# From user.defconfig'

/**
 * What the defconfig that is built asks for, each line with the place where a person wrote it.
 * @param effective its text: the tree's own with what brmc put in place of some lines
 */
export function askedOfDefconfig(files: readonly BaseTreeFile[], path: string, effective: string): AskedSymbol[] {
  const written = new Map(askedOfTree(files, path).map(line => [line.symbol, line]))
  return askedLines(effective, SETTINGS).map(asked => {
    const source = written.get(asked.symbol)
    return source?.value === asked.value ? source : {...asked, line: 1}
  })
}

/** Lines of user.defconfig stand at the end of each defconfig. */
function askedOfTree(files: readonly BaseTreeFile[], path: string): AskedSymbol[] {
  const text = textOf(files, path)
  const own = new Map(askedLines(textOf(files, USER_DEFCONFIG), named(USER_DEFCONFIG)).map(line => [line.symbol, line]))
  const border = text.split('\n').indexOf(FROM_USER) + 1
  return askedLines(text, named(path)).map(asked => {
    const source = border > 0 && asked.line > border ? own.get(asked.symbol) : undefined
    return source?.value === asked.value ? source : asked
  })
}

/**
 * What fragments ask for, in merge order.
 * @param places their paths as make has them, split at blanks; those outside the tree are Buildroot's own
 * @param treePlace where make has the tree
 */
export function askedOfFragments(files: readonly BaseTreeFile[], places: string, treePlace: string): AskedSymbol[] {
  return places.split(/\s+/).flatMap(place => {
    if (!place.startsWith(`${treePlace}/`)) return []
    const path = place.slice(treePlace.length + 1)
    return askedLines(textOf(files, path), named(path))
  })
}

export function textOf(files: readonly BaseTreeFile[], path: string): string {
  return files.find(file => file.path === path)?.content.toString() ?? ''
}

const named = (path: string): string => `br2-external/${path}`
