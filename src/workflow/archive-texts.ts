import type {Layer} from '../overlay/layer.js'
import {readContent} from '../overlay/read-content.js'
import {MAX_TEXT_BYTES, TEXT_FOLDERS, type OverlayText} from '../spec/project-text.js'

const EXECUTABLE = 0o100
const FOLDERS = TEXT_FOLDERS.map(folder => `${folder}/`)

/** What rules read of an archive that is the overlay `overlay`: the texts that they would read of a folder. None of a folder: those were read with the project. */
export async function archiveTexts(overlay: string, {kind, entries}: Layer): Promise<OverlayText[]> {
  if (kind !== 'archive') return []
  const files = new Map(entries.filter(({type, path, size}) => type === 'file' && size <= MAX_TEXT_BYTES && FOLDERS.some(folder => path.startsWith(folder))).map(entry => [entry.path, entry]))
  const texts = await Promise.all([...files.values()].map(async (entry): Promise<OverlayText[]> => {
    const bytes = await readContent(entry)
    return bytes.includes(0) ? [] : [{overlay, path: entry.path, file: `${overlay}/${entry.path}`, text: bytes.toString('utf8'), executable: (entry.mode & EXECUTABLE) !== 0, isMember: true}]
  }))
  return texts.flat()
}
