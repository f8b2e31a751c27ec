import type {RootTree} from './entry.js'

const MAX_LINKS = 40

/**
 * `path` with every symlink above its last part followed, as the running system would follow it, but never out of the root:
 * `lib/x` is `usr/lib/x` where `lib -> usr/lib`. A link that leads to no existing directory (or in a circle) is not followed.
 */
export function resolveParents(tree: RootTree, path: string): string {
  const slash = path.lastIndexOf('/')
  // An entry never lies below a symlink, so a parent that is a directory under its own name has none above it.
  if (slash === -1 || tree.get(path.slice(0, slash))?.type === 'directory') return path
  return [...followLinks(tree, path.slice(0, slash).split('/')), path.slice(slash + 1)].join('/')
}

/** `path` with all its symlinks followed, the last part too. */
export function resolveFolder(tree: RootTree, path: string): string {
  if (tree.get(path)?.type === 'directory') return path
  const place = resolveParents(tree, path)
  return tree.get(place)?.type === 'symlink' ? followLinks(tree, partsOf(place)).join('/') : place
}

function followLinks(tree: RootTree, parts: readonly string[]): string[] {
  let done: string[] = []
  for (const part of parts) {
    const here = [...done, part]
    const entry = tree.get(here.join('/'))
    done = (entry?.type === 'symlink' ? folderBehind(tree, done, entry.target ?? '') : undefined) ?? here
  }

  return done
}

/** The directory that a link's text leads to, read from the folder `from`; undefined if there is none. */
function folderBehind(tree: RootTree, from: readonly string[], target: string): string[] | undefined {
  let done = target.startsWith('/') ? [] : [...from]
  let todo = partsOf(target)
  for (let links = 0; todo.length > 0;) {
    const [part = '', ...rest] = todo
    todo = rest
    if (part === '..') {
      done = done.slice(0, -1)
      continue
    }

    const entry = tree.get([...done, part].join('/'))
    if (entry?.type === 'directory') {
      done = [...done, part]
    } else {
      if (entry?.type !== 'symlink' || ++links > MAX_LINKS) return undefined
      if (entry.target?.startsWith('/')) done = []
      todo = [...partsOf(entry.target ?? ''), ...todo]
    }
  }

  return done
}

function partsOf(path: string): string[] {
  return path.split('/').filter(part => part !== '' && part !== '.')
}
