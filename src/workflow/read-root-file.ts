import {BrmcError} from '../errors.js'
import {readContent} from '../overlay/read-content.js'
import {resolveParents} from '../overlay/resolve-path.js'
import {maskLines} from '../spec/secrets.js'
import {didYouMean} from '../spec/suggest.js'
import {withDeploymentRoots} from './deployment-root.js'
import {listRoot} from './list-root.js'

interface RootFile {
  path: string
  layer: string
  text: string
}

/** The text of one file of a deployment's root, its secrets hidden. Throws USAGE for what is not there, or no text. */
export async function readRootFile(folder: string, {deployment, path}: {deployment: string, path: string}, signal: AbortSignal): Promise<RootFile> {
  return withDeploymentRoots(folder, [deployment], signal, async ([one]) => {
    if (!one) throw new BrmcError('INTERNAL', 'one name, one root')
    const {root} = one
    const wanted = path.replace(/^\/+|\/+$/g, '')
    const place = root.get(resolveParents(root, wanted))
    const entry = place?.type === 'hardlink' ? root.get(place.target ?? '') : place
    if (!entry) {
      const meant = didYouMean(wanted, [...root.keys()])
      throw new BrmcError('USAGE', `there is no /${wanted} in the root of ${deployment}`, {suggestions: [...meant === undefined ? [] : [`did you mean /${meant}?`], ...one.notes]})
    }

    if (entry.type !== 'file') throw new BrmcError('USAGE', `/${wanted} is a ${entry.type}${entry.target === undefined ? '' : ` to ${entry.target}`}`)
    const bytes = await readContent(entry)
    if (bytes.includes(0)) throw new BrmcError('USAGE', `/${wanted} is no text (${bytes.length} bytes)`)
    const [listed] = listRoot(one, {path: entry.path, all: true})
    return {path: `/${entry.path}`, layer: listed?.layer ?? '', text: maskLines(bytes.toString('utf8'))}
  })
}
