import type {Layer} from '../overlay/layer.js'
import {TREE_FOLDER, type TreeFile} from '../tree/template-set.js'

/** For root alone, whatever they are. */
export const secretMode = (executable: boolean): number => executable ? 0o700 : 0o600

export const secretLayerName = (deployment: string): string => `files of ${deployment} that hold secrets`

/** Of `files` those of one deployment that hold secrets, as the layer that lies right above its folder in br2-external/. They are on no disk but the image. */
export function secretLayer(files: readonly TreeFile[], deployment: string, epoch: number): Layer {
  const folder = `${TREE_FOLDER}/overlays/deployments/${deployment}/`
  const entries = files.filter(({path, secrets}) => secrets !== undefined && path.startsWith(folder)).map(({path, content, executable}) => ({
    path: path.slice(folder.length), type: 'file' as const, mode: secretMode(executable), uid: 0, gid: 0, mtime: epoch, size: content.length,
    ...content.length > 0 && {content}, secret: true as const,
  }))
  return {name: secretLayerName(deployment), kind: 'folder', entries}
}
