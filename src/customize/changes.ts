import type {RootEntry, RootTree} from '../overlay/entry.js'

/** What is to be done to a file system so that it becomes what the layers say. */
export interface Changes {
  /** What goes, as it was; what lies in a directory comes before it. */
  removed: RootEntry[]
  /** What comes, directories before what lies in them. A path that is also among the removed is replaced. */
  added: RootEntry[]
  /** What stays and gets another mode, owner, time or attributes. */
  altered: {before: RootEntry, after: RootEntry}[]
}

/** From `before`, what was there of what the layers touch, to `after`. */
export function changesBetween(before: RootTree, after: RootTree): Changes {
  const stays = (entry: RootEntry): boolean => isSameThing(entry, after.get(entry.path))
  return {
    removed: [...before.values()].filter(entry => !stays(entry)).sort(byPath).reverse(),
    added: [...after.values()].filter(entry => !isSameThing(before.get(entry.path), entry)).sort(byPath),
    altered: [...before.values()].filter(stays).sort(byPath).flatMap(entry => {
      const now = after.get(entry.path)
      return now && isAltered(entry, now) ? [{before: entry, after: now}] : []
    }),
  }
}

/** A directory stays itself whatever its mode; a file only as long as nobody gave it other bytes. */
function isSameThing(before: RootEntry | undefined, after: RootEntry | undefined): boolean {
  if (before?.type !== after?.type || !before || !after) return false
  return before.content === after.content && before.target === after.target
    && before.device?.major === after.device?.major && before.device?.minor === after.device?.minor
    && (before.type === 'directory' || before.type === 'file' && before.content !== undefined || before === after)
}

/** Extended attributes of what is there are not read: whoever gives some means them. */
function isAltered(before: RootEntry, after: RootEntry): boolean {
  return after.xattrs !== undefined || (['mode', 'uid', 'gid', 'mtime'] as const).some(key => before[key] !== after[key])
}

function byPath(a: RootEntry, b: RootEntry): number {
  return a.path < b.path ? -1 : Number(a.path > b.path)
}
