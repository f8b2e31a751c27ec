import type {Declaration, Declarations} from '../../overlay/declaration.js'
import {matcherOf} from '../../overlay/pattern.js'
import {whiteoutOf} from '../../overlay/whiteout.js'
import type {OverlayText} from '../project-text.js'

const EXECUTABLE = 0o100

type ByOverlay = ReadonlyMap<string, Declarations<number | string>>

/** Texts as they will be when what is declared beside overlays is done, and their whiteouts, in the order in which `overlays` are laid: some may run then, some are gone. */
export function declaredTexts(texts: readonly OverlayText[], overlays: readonly string[], declared: ByOverlay): OverlayText[] {
  const taken = new Map(overlays.map(overlay => [overlay, takenAwayBy(texts.filter(text => text.overlay === overlay), declared.get(overlay))]))
  return texts.filter(({path}) => whiteoutOf(path) === undefined).flatMap(text => {
    const above = overlays.slice(overlays.indexOf(text.overlay) + 1)
    if (above.some(overlay => taken.get(overlay)?.(text.path))) return []
    const own = declared.get(text.overlay)?.paths.filter(declaration => isOf(declaration, text.path)) ?? []
    // A pattern means what its own overlay brings.
    const later = above.flatMap(overlay => declared.get(overlay)?.paths.filter(({isPattern, path}) => !isPattern && path === text.path) ?? [])
    const mode = [...own, ...later].findLast(declaration => declaration.mode !== undefined)?.mode
    return [mode === undefined ? text : {...text, executable: (mode & EXECUTABLE) !== 0}]
  })
}

const isOf = ({isPattern, path}: Declaration<number | string>, wanted: string): boolean => isPattern ? matcherOf(path)(wanted) : path === wanted

/** Does an overlay with these texts take away a path of those below it? A whiteout is a file without content: where texts are looked for it is one of them. */
function takenAwayBy(texts: readonly OverlayText[], declarations: Declarations<number | string> | undefined): (wanted: string) => boolean {
  const whiteouts = texts.flatMap(({path}) => whiteoutOf(path) ?? [])
  const removed = [...whiteouts.flatMap(one => 'remove' in one ? one.remove : []), ...declarations?.remove.map(({path}) => path) ?? []]
  const emptied = [...whiteouts.flatMap(one => 'empty' in one ? one.empty : []), ...declarations?.empty.map(({path}) => path) ?? []]
  // The root itself can be emptied, and not removed.
  return wanted => removed.includes(wanted) || emptied.includes('') || [...removed, ...emptied].some(path => wanted.startsWith(`${path}/`))
}
