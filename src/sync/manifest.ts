import * as z from 'zod'

import {BrmcError, messageOf} from '../errors.js'
import {TREE_FOLDER} from '../tree/template-set.js'

/** Where a project keeps it: committed, so that every checkout knows what was generated and what was edited. */
export const MANIFEST_PATH = '.brmc/manifest.json'

/** A manifest comes with the repository, so it may name anything: only a plain path below br2-external/ is taken. */
const TreePath = z.string().refine(isTreePath, `not a path below ${TREE_FOLDER}/`)

const ManifestSchema = z.strictObject({
  version: z.literal(1),
  /** Path -> sha256 (hex) of the generated file as last written. */
  files: z.record(TreePath, z.string().regex(/^[0-9a-f]{64}$/, 'not a sha256')),
  /** Path -> names of the secrets it is made of: for whoever wonders why it is not there. Written, never read. */
  withheld: z.record(z.string(), z.array(z.string())).optional(),
})

export type Manifest = ReadonlyMap<string, string>
/** Files that are kept out of the tree: path -> names of their secrets. */
export type Withheld = ReadonlyMap<string, readonly string[]>

/** True for a relative path below br2-external/ that stays there: no `.`, `..`, empty or odd part. */
export function isTreePath(path: string): boolean {
  const [folder, ...rest] = path.split('/')
  // NUL and line ends have no place in a path of ours, and \ is a separator elsewhere.
  return folder === TREE_FOLDER && rest.length > 0 && rest.every(part => part !== '' && part !== '.' && part !== '..' && !/[\p{Cc}\\]/u.test(part))
}

/** Reads a manifest's text. Throws BrmcError TREE_CONFLICT with every finding. */
export function parseManifest(text: string): Manifest {
  const result = ManifestSchema.safeParse(parseJson(text))
  if (result.success) return new Map(Object.entries(result.data.files))
  throw invalid(result.error.issues.map(({path, message}) => `${path.join(': ') || 'file'}: ${message}`))
}

/** The bytes of a manifest: sorted, one file a line, so that git merges it well. */
export function formatManifest(manifest: Manifest, withheld: Withheld = new Map()): string {
  const files = Object.fromEntries([...manifest].sort(([a], [b]) => a < b ? -1 : 1))
  return `${JSON.stringify({version: 1, files, ...withheld.size > 0 && {withheld: Object.fromEntries(withheld)}}, undefined, 2)}\n`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid([messageOf(error)])
  }
}

function invalid(details: string[]): BrmcError {
  return new BrmcError('TREE_CONFLICT', `${MANIFEST_PATH} is not a manifest that brmc wrote, so what was edited cannot be told`, {
    details,
    suggestions: [
      `restore it from version control: git checkout -- ${MANIFEST_PATH}`,
      'or delete it: files that are as brmc would write them are adopted, the others listed as conflicts',
    ],
  })
}
