import {join} from 'node:path'

import type {Layer} from '../overlay/layer.js'
import {readContent} from '../overlay/read-content.js'
import {whiteoutOf} from '../overlay/whiteout.js'
import {checkProject} from '../spec/check-project.js'
import type {Deployment} from '../spec/deployment.js'
import {ABOVE_TEXT_FOLDERS, MAX_TEXT_BYTES, TEXT_FOLDERS, type OverlayText} from '../spec/project-text.js'
import {refuseErrors, type OpenProject} from './open-project.js'

const EXECUTABLE = 0o100
const FOLDERS = TEXT_FOLDERS.map(folder => `${folder}/`)
const ABOVE: ReadonlySet<string> = new Set(ABOVE_TEXT_FOLDERS)

/** What rules read of an archive that is the overlay `overlay`: the texts that they would read of a folder. None of a folder: those were read with the project. */
export async function archiveTexts(overlay: string, {kind, entries}: Layer): Promise<OverlayText[]> {
  if (kind !== 'archive') return []
  const files = new Map(entries.filter(({type, path, size}) => type === 'file' && size <= MAX_TEXT_BYTES && isRead(path)).map(entry => [entry.path, entry]))
  const texts = await Promise.all([...files.values()].map(async (entry): Promise<OverlayText[]> => {
    const bytes = await readContent(entry)
    return bytes.includes(0) ? [] : [{overlay, path: entry.path, file: `${overlay}/${entry.path}`, text: bytes.toString('utf8'), executable: (entry.mode & EXECUTABLE) !== 0, isMember: true}]
  }))
  return texts.flat()
}

const isRead = (path: string): boolean => FOLDERS.some(folder => path.startsWith(folder)) || whiteoutOf(path) !== undefined && ABOVE.has(path.slice(0, Math.max(0, path.lastIndexOf('/'))))

interface ArchivesRequest {
  project: OpenProject
  deployment: Deployment
  /** Of that deployment. */
  layers: readonly Layer[]
}

/** Throws SPEC_INVALID with what the rules find wrong in texts of the deployment's archives: those of its folders were read with the project. */
export async function refuseWrongArchives({project: {folder, text}, deployment: {overlays}, layers}: ArchivesRequest): Promise<void> {
  const each = overlays.map(async overlay => {
    const layer = layers.find(({name}) => name === join(folder, overlay))
    return layer ? archiveTexts(overlay, layer) : []
  })
  const texts = (await Promise.all(each)).flat()
  if (texts.length > 0) refuseErrors(checkProject({...text, texts: [...text.texts, ...texts]}), 'the archives of overlays')
}
