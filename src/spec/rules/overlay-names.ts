import type {LaidLayer, LaidLayers} from './laid-layers.js'
import type {LaidContext, Problem, Rule} from './rule.js'

interface Name {
  path: string
  layer: LaidLayer
}

export const overlayNamesDifferInMoreThanCase: Rule<LaidContext> = {
  id: 'N125',
  name: 'overlayNamesDifferInMoreThanCase',
  severity: 'warning',
  check: ({laid}) => laid ? namesThatFold(laid).flatMap(([one, ...others]) => one === undefined ? [] : others.flatMap(other => problemsOf(one, other))) : [],
}

/** As file systems that take two names for one compare them: APFS and HFS+ whatever the case and the Unicode form, NTFS whatever the case. */
const folded = (name: string): string => name.normalize('NFC').toLowerCase()

/** Names in one directory that become one, each once; what lies below them is not told again. */
function namesThatFold({layers, root}: LaidLayers): Name[][] {
  const groups = new Map<string, Name[]>()
  for (const layer of layers) {
    const seen = new Set<string>()
    for (const {path} of layer.entries) {
      // Directories above it that an archive does not name.
      for (let end = path.length; end > 0 && !seen.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1)) {
        const place = path.slice(0, end)
        seen.add(place)
        const slash = place.lastIndexOf('/') + 1
        const key = `${place.slice(0, slash)}${folded(place.slice(slash))}`
        const group = groups.get(key) ?? []
        groups.set(key, group)
        const known = group.findIndex(({path: other}) => other === place)
        // Of a name that several layers have, a folder's counts: that is where one is lost.
        if (known === -1) group.push({path: place, layer})
        else if (group[known]?.layer.kind === 'archive') group[known] = {path: place, layer}
      }
    }
  }

  return [...groups.values()].filter(({length}) => length > 1).map(group => group.filter(({path}) => root.has(path)))
}

function problemsOf(one: Name, other: Name): Problem[] {
  const isOneFolder = one.layer === other.layer && one.layer.kind === 'folder'
  // An archive holds both, wherever it lies; of what brmc makes nobody can change the names.
  if (one.layer === other.layer && !isOneFolder || one.layer.isOwn && other.layer.isOwn) return []
  const written = other.layer.isOwn ? one : other
  const isCase = one.path.normalize('NFC') !== other.path.normalize('NFC')
  const shown = ({path, layer}: Name): string => `/${isCase ? path : spelled(path)} of ${layer.name}`
  return [{
    place: {file: written.layer.kind === 'folder' ? `${written.layer.name}/${written.path}` : written.layer.name, line: 1, column: 1},
    message: `${shown(one)} and ${shown(other)} ${isCase ? 'differ only in case' : 'look alike and are two names: accented letters are written in two ways (Unicode NFC and NFD)'}`,
    seen: isOneFolder ? 'a checkout on macOS or Windows has one of the two, and the image made there lacks the other' : 'the router has both, and its programs read one of them',
    fix: isOneFolder ? 'rename one of them, or put both into an archive' : 'give both the same name, if one is to take the place of the other; else rename one',
  }]
}

/** What looks the same on a screen, told apart. */
const spelled = (path: string): string => path.replace(/[^\x20-\x7e]/gu, letter => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`)
