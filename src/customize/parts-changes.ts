import {BrmcError} from '../errors.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import {changesBetween, type Changes} from './changes.js'

/** What is to be done to the root, and to each FAT partition by its mount point. */
export interface PartsChanges {
  root: Changes
  fats: Map<string, Changes>
}

/** Sorts the changes by the partition they fall on. Throws BrmcError OVERLAY_INVALID where a mount point itself would go. */
export function changesByPart(before: RootTree, after: RootTree, mountPoints: readonly string[]): PartsChanges {
  const all = changesBetween(before, after)
  const partOf = (path: string): string | undefined => mountPoints.find(at => path === at || path.startsWith(`${at}/`))
  const lost = all.removed.find(({path}) => mountPoints.includes(path))
  if (lost) throw new BrmcError('OVERLAY_INVALID', `/${lost.path} cannot be taken away: the image mounts its boot partition there`, {suggestions: [`to empty it, take away what is in it: ${lost.path}/.wh..wh..opq`]})
  const only = (part: string | undefined): Changes => {
    const isMine = ({path}: RootEntry): boolean => partOf(path) === part && !(part !== undefined && path === part)
    return {removed: all.removed.filter(isMine), added: all.added.filter(isMine), altered: all.altered.filter(({after: entry}) => isMine(entry))}
  }

  return {root: only(undefined), fats: new Map(mountPoints.map(at => [at, only(at)]))}
}

/** Nothing to do; what is only altered is nothing on a FAT. */
export const isNothing = ({removed, added, altered}: Changes): boolean => removed.length + added.length + altered.length === 0
