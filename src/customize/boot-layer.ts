import type {Declarations} from '../overlay/declaration.js'
import type {Layer} from '../overlay/layer.js'

/** A layer of the boot partition as a layer of all that the system sees, where that partition stands at `at`. */
export function bootLayer({entries, declarations, ...rest}: Layer, at: string): Layer {
  const moved = <T extends {path: string}>(one: T): T => ({...one, path: `${at}/${one.path}`})
  return {
    ...rest,
    // A partition's own root has no name in it.
    entries: entries.filter(({path}) => path !== '').map(entry => ({...moved(entry), ...entry.type === 'hardlink' && {target: `${at}/${entry.target ?? ''}`}})),
    ...declarations && {declarations: movedAll(declarations, moved)},
  }
}

function movedAll({remove, empty, replaces, paths}: Declarations, moved: <T extends {path: string}>(one: T) => T): Declarations {
  return {remove: remove.map(moved), empty: empty.map(moved), replaces: replaces.map(moved), paths: paths.map(moved)}
}
