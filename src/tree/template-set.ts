import {BrmcError} from '../errors.js'
import {renderTemplate} from './render.js'

/** The template sources of the package, by their path in it: `board/common/post-build.sh`, `overlays/router/etc/inittab`, … */
export type TemplateSet = ReadonlyMap<string, Buffer>

/** A file of the generated tree. */
export interface TreeFile {
  /** Relative to the project, with `/`: below br2-external/. */
  path: string
  content: Buffer
  executable: boolean
  /** Made for the user's own lines: written when it is absent, never again. */
  generatedOnce?: boolean
  /** Names of the secrets it is made of: such a file is never written to the tree, but laid into the image from memory. */
  secrets?: readonly string[]
}

/** The folder of a project that holds the generated tree. */
export const TREE_FOLDER = 'br2-external'

const TEMPLATE_SUFFIX = '.ejs'
const SHEBANG = '#!'

/**
 * The file made from the template source `source`: rendered with `model` where it ends in .ejs, else copied byte by byte. What
 * starts with `#!` is executable: neither npm nor git on every system keeps a permission bit.
 * @throws BrmcError INTERNAL where the package lacks the source, or the template a value
 */
export function treeFileFrom(templates: TemplateSet, source: string, path: string, model: Readonly<Record<string, unknown>>): TreeFile {
  const content = contentOf(templates, source, model)
  return {path, content, executable: content.subarray(0, SHEBANG.length).toString('latin1') === SHEBANG}
}

/** The text or bytes that the template source `source` makes. */
export function contentOf(templates: TemplateSet, source: string, model: Readonly<Record<string, unknown>>): Buffer {
  const content = templates.get(source)
  if (content === undefined) throw new BrmcError('INTERNAL', `the template ${source} is not part of this package`)
  return source.endsWith(TEMPLATE_SUFFIX) ? Buffer.from(renderTemplate(textOf(content), model, source)) : content
}

/** The same string each time: by it a template is known. */
function textOf(content: Buffer): string {
  const text = texts.get(content) ?? content.toString()
  texts.set(content, text)
  return text
}

const texts = new WeakMap<Buffer, string>()

/** Template sources below a folder, sorted, with their path below it (without .ejs). */
export function sourcesBelow(templates: TemplateSet, folder: string): {source: string, path: string}[] {
  return [...templates.keys()]
    .filter(source => source.startsWith(`${folder}/`))
    .sort()
    .map(source => ({source, path: withoutSuffix(source.slice(folder.length + 1))}))
}

function withoutSuffix(path: string): string {
  return path.endsWith(TEMPLATE_SUFFIX) ? path.slice(0, -TEMPLATE_SUFFIX.length) : path
}
