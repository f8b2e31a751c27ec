/**
 * One entry of a root file system, from whatever layer it came: a tar member, a file of an overlay folder, a rendered
 * template. Paths are relative to the root, have no leading or trailing slash, no `.` and no `..`; the root directory itself is ''.
 */
export interface RootEntry {
  path: string
  type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo'
  /** The twelve permission bits: setuid, setgid, sticky, rwxrwxrwx. */
  mode: number
  uid: number
  gid: number
  /** Seconds since 1970. */
  mtime: number
  /** Bytes of content; 0 for all but files. */
  size: number
  /** The text of a symlink, or for a hardlink the path (in this form) of the entry it is one more name for. */
  target?: string
  /** For character and block devices. */
  device?: {major: number, minor: number}
  /** Extended attributes by full name: security.capability, user.x … (cpio cannot carry them). */
  xattrs?: Record<string, Buffer>
  /** A file's bytes: in memory, or a place in a file on disk that is read when it is needed. */
  content?: Buffer | ContentAt
  /** Values of secrets went into it. */
  secret?: true
}

/** `size` bytes of `file` from `offset`: the body of a tar member, or a whole file (offset 0). */
export interface ContentAt {
  file: string
  offset: number
}

/** The root as a map from path to entry, parents before children when sorted by path. */
export type RootTree = ReadonlyMap<string, RootEntry>
