import {sha256} from '../files/sha256.js'
import type {TreeFile} from '../tree/template-set.js'
import type {RenderedFile} from './plan.js'

/** Rendered files as planSync takes them. */
export function renderedFiles(files: readonly TreeFile[]): Map<string, RenderedFile> {
  return new Map(files.map(({path, content, executable, generatedOnce = false}) => [path, {sha256: sha256(content), executable, generatedOnce}]))
}
