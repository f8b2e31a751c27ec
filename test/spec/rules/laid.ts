import {sizeOfExt4} from '../../../src/image/ext4/ext4.js'
import type {RootEntry} from '../../../src/overlay/entry.js'
import type {Layer} from '../../../src/overlay/layer.js'
import {mergeLayers} from '../../../src/overlay/merge-layers.js'
import {ReplacementWatch} from '../../../src/overlay/replacement-watch.js'
import type {LaidLayers} from '../../../src/spec/rules/laid-layers.js'
import {usedReplaces} from '../../../src/spec/rules/overlay-collisions.js'

export interface TestLayer {
  /** By path: a text, or bytes of a file of that size. */
  files: Record<string, string | number>
  replaces: string[]
}

const BASE: Layer = {name: 'rootfs.tar', kind: 'archive', entries: [fileOf('etc/passwd', 'root')]}

/** As a workflow lays layers over a base, but for bodies, which are here. */
export function laidOf(layers: Record<string, TestLayer>): LaidLayers {
  const laid = Object.entries(layers).map(([name, {files, replaces}]) => ({
    name, kind: name.endsWith('.tar') ? 'archive' as const : 'folder' as const, isOwn: name === 'router',
    entries: Object.entries(files).map(([path, content]) => fileOf(path, content)),
    replaces: replaces.map((path, index) => ({path: path.replace(/^\//, ''), place: `${name}.meta.yaml:1:${12 + index}`})),
  }))
  const watch = new ReplacementWatch([BASE, ...laid])
  const root = mergeLayers([BASE, ...laid], 0, {watch})
  const known = {
    layers: laid, root, hasBase: true, rootPartition: sizeOfExt4(root, 0),
    replacements: watch.seen.map(({by, over, ...rest}) => ({
      ...rest, by: laid.find(layer => layer === by) ?? nobody(), over: over.map(one => laid.find(layer => layer === one) ?? nobody()),
      isAlike: rest.entry.type === rest.before.type && textOf(rest.entry) === textOf(rest.before),
    })),
  }
  return {...known, used: new Set(usedReplaces(known))}
}

function fileOf(path: string, content: string | number): RootEntry {
  const common = {path, type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: 0}
  return typeof content === 'number' ? {...common, size: content, content: {file: path, offset: 0}} : {...common, size: content.length, content: Buffer.from(content)}
}

function textOf({content}: RootEntry): string | undefined {
  return Buffer.isBuffer(content) ? content.toString() : content?.file
}

function nobody(): never {
  throw new Error('a layer that was not laid')
}
