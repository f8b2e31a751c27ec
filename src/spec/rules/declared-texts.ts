import type {Declaration, Declarations} from '../../overlay/declaration.js'
import {matcherOf} from '../../overlay/pattern.js'
import type {OverlayText} from '../project-text.js'

const EXECUTABLE = 0o100

type ByOverlay = ReadonlyMap<string, Declarations<number | string>>

/** Texts as they will be when what is declared beside overlays is done, in the order in which `overlays` are laid: some may run then, some are gone. */
export function declaredTexts(texts: readonly OverlayText[], overlays: readonly string[], declared: ByOverlay): OverlayText[] {
  return texts.flatMap(text => {
    const above = overlays.slice(overlays.indexOf(text.overlay) + 1).flatMap(overlay => declared.get(overlay) ?? [])
    if (above.some(declarations => takesAway(declarations, text.path))) return []
    const own = declared.get(text.overlay)?.paths.filter(declaration => isOf(declaration, text.path)) ?? []
    // A pattern means what its own overlay brings.
    const later = above.flatMap(({paths}) => paths.filter(({isPattern, path}) => !isPattern && path === text.path))
    const mode = [...own, ...later].findLast(declaration => declaration.mode !== undefined)?.mode
    return [mode === undefined ? text : {...text, executable: (mode & EXECUTABLE) !== 0}]
  })
}

const isOf = ({isPattern, path}: Declaration<number | string>, wanted: string): boolean => isPattern ? matcherOf(path)(wanted) : path === wanted

function takesAway({remove, empty}: Declarations<number | string>, wanted: string): boolean {
  return remove.some(({path}) => wanted === path || wanted.startsWith(`${path}/`)) || empty.some(({path}) => wanted.startsWith(`${path}/`))
}
