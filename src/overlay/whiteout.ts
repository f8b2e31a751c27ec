const MARK = '.wh.'
const OPAQUE = '.wh..wh..opq'

/** What a path says of the layers below (OCI image spec, layer.md): `remove` it, or `empty` the folder. Undefined for what is no whiteout; an empty name says nothing. */
export type Whiteout = {remove: string} | {empty: string}

export function whiteoutOf(path: string): Whiteout | undefined {
  const start = path.lastIndexOf('/') + 1
  if (!path.startsWith(MARK, start)) return undefined
  if (path.slice(start) === OPAQUE) return {empty: path.slice(0, Math.max(0, start - 1))}
  return {remove: path.slice(0, start) + path.slice(start + MARK.length)}
}
