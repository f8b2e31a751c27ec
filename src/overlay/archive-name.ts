/** How an overlay archive is packed, by the end of its name; `none` is a plain tar. */
export type Packing = 'none' | 'gzip' | 'xz' | 'zstd'

const PACKINGS: readonly (readonly [RegExp, Packing])[] = [
  [/\.tar$/, 'none'],
  [/\.(tar\.gz|tgz)$/, 'gzip'],
  [/\.(tar\.xz|txz)$/, 'xz'],
  [/\.(tar\.zst|tzst)$/, 'zstd'],
]

/** For messages. */
export const ARCHIVE_ENDINGS = '.tar, .tar.gz, .tar.xz or .tar.zst'

/** Undefined for a name that is not an archive's: such an overlay has to be a folder. */
export function packingOf(name: string): Packing | undefined {
  return PACKINGS.find(([ending]) => ending.test(name))?.[1]
}
