import type {Layer} from '../overlay/layer.js'
import type {ImageTree} from './image-tree.js'

/** Where a router has put its SSH host keys: on the boot partition where its root is in memory (usr/libexec/brmc/host-key), else where dropbear does. */
const ON_BOOT_PARTITION = 'brmc-ssh'
const IN_ROOT = 'etc/dropbear'
const HOST_KEY = /^dropbear_\w+_host_key$/

/** Takes away the host keys of the card from which an image was read: each card that is made of the copy makes its own. No layer where there are none; `laid`: paths that a deployment brought. */
export function withoutHostKeys(tree: ImageTree, bootAt: string, laid: readonly string[]): Layer[] {
  const kept = `${bootAt}/${ON_BOOT_PARTITION}`
  const inRoot = tree.children(IN_ROOT).map(({path}) => path).filter(path => HOST_KEY.test(path.slice(IN_ROOT.length + 1)) && !laid.includes(path))
  const paths = [...tree.entry(kept) ? [kept] : [], ...inRoot]
  const entries = paths.map(path => ({path: path.replace(/[^/]*$/, '.wh.$&'), type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0}))
  return entries.length > 0 ? [{name: 'without host keys of the card', kind: 'archive', entries}] : []
}
