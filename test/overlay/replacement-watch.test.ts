import {expect} from 'chai'

import type {RootEntry} from '../../src/overlay/entry.js'
import type {Layer} from '../../src/overlay/layer.js'
import {mergeLayers} from '../../src/overlay/merge-layers.js'
import {ReplacementWatch} from '../../src/overlay/replacement-watch.js'

const at = (path: string, type: RootEntry['type'] = 'file', target?: string): RootEntry => ({path, type, mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0, ...target !== undefined && {target}})
const BASE = [at('usr', 'directory'), at('usr/lib', 'directory'), at('lib', 'symlink', 'usr/lib'), at('etc', 'directory'), at('etc/passwd')]
const PLACE = 'meta:1:1'

/** `path: who <- whom` of what took another's place. */
function seen(...above: (RootEntry[] | {entries: RootEntry[], declarations: NonNullable<Layer['declarations']>})[]): string[] {
  const layers = [BASE, ...above].map((layer, index): Layer => ({name: String(index), kind: 'folder', ...Array.isArray(layer) ? {entries: layer} : layer}))
  const watch = new ReplacementWatch(layers)
  mergeLayers(layers, 0, {watch})
  return watch.seen.map(({path, by, over}) => `${path}: ${by.name} <- ${over.map(({name}) => name).join(' ')}`)
}

describe('overlay/replacement-watch', () => {
  const cases: [string, Parameters<typeof seen>, string[]][] = [
    ['a file over a file', [[at('a')], [at('a')]], ['a: 2 <- 1']],
    ['a file of the base', [[at('etc/passwd')]], ['etc/passwd: 1 <- ']],
    ['each layer over the one before', [[at('a')], [at('a')], [at('a')]], ['a: 2 <- 1', 'a: 3 <- 2']],
    ['a path that stands twice in a layer, once', [[at('a')], [at('a'), at('a')], [at('b')]], ['a: 2 <- 1']],
    ['a path that stands twice in the last layer, once', [[at('a')], [at('a'), at('a')]], ['a: 2 <- 1']],
    ['directories over directories, never', [[at('a', 'directory'), at('a/b')], [at('a', 'directory'), at('a/c')]], []],
    ['a file over a directory, and all whose files were there', [[at('a/b')], [at('a/c')], [at('a')]], ['a: 3 <- 2 1']],
    ['a file over a directory of the base', [[at('etc')]], ['etc: 1 <- ']],
    ['a directory over a file', [[at('a')], [at('a', 'directory'), at('a/b')]], ['a: 2 <- 1']],
    ['a directory that nobody names over a file', [[at('a')], [at('a/b/c')]], ['a: 2 <- 1']],
    ['by way of a link of the base', [[at('usr/lib/x')], [at('lib', 'directory'), at('lib/x')]], ['usr/lib/x: 2 <- 1']],
    ['a symlink over a file', [[at('a')], [at('a', 'symlink', 'b')]], ['a: 2 <- 1']],
    ['what was removed before, never', [[at('a'), at('b/c')], [at('.wh.a'), at('a'), at('b/.wh..wh..opq'), at('b/c')]], []],
    ['what was declared to go, never', [[at('a')], {entries: [at('a')], declarations: {remove: [{path: 'a', place: PLACE}], empty: [], replaces: [], paths: []}}], []],
    ['what was made by declaration', [{entries: [at('b')], declarations: {remove: [], empty: [], replaces: [], paths: [{path: 'a', place: PLACE, isPattern: false, make: {type: 'fifo'}}]}}, [at('a')]], ['a: 2 <- 1']],
  ]
  for (const [title, above, expected] of cases) {
    it(title, () => { expect(seen(...above)).to.deep.equal(expected) })
  }
})
