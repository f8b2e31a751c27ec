import {createHash} from 'node:crypto'

import type {TreeFile} from '../tree/template-set.js'
import type {RenderedFile} from './plan.js'

/** sha256 of bytes, in hex: how the manifest names a content. */
export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Rendered files as planSync takes them. */
export function renderedFiles(files: readonly TreeFile[]): Map<string, RenderedFile> {
  return new Map(files.map(({path, content, executable, generatedOnce = false}) => [path, {sha256: sha256(content), executable, generatedOnce}]))
}
