import {sha256} from '../files/sha256.js'
import type {TreeFile} from '../tree/template-set.js'
import type {RenderedFile} from './plan.js'

/** Rendered files as planSync takes them; what holds a secret is none of the tree's. */
export function renderedFiles(files: readonly TreeFile[]): Map<string, RenderedFile> {
  return new Map(files.filter(({secrets}) => secrets === undefined)
    .map(({path, content, executable, generatedOnce = false}) => [path, {sha256: sha256(content), executable, generatedOnce}]))
}
