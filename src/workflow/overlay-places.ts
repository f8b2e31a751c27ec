import type {Deployment} from '../spec/deployment.js'

/** Modes, owners and nodes that folders cannot carry, for both bases. */
export const DEVICE_TABLE = 'br2-external/board/common/device_table.txt'
/** How many of them brmc makes itself. */
export const OWN_PLACES = 2

/** What was rendered of one deployment, relative to the project. */
export const deploymentFolder = (name: string): string => `br2-external/overlays/deployments/${name}`

/** Folders and archives that are laid over a base for a deployment, in order, relative to the project: docs/architecture.md, "Layers of a root file system". */
export function overlayPlaces({name, overlays}: Pick<Deployment, 'name' | 'overlays'>): string[] {
  return ['br2-external/overlays/router', deploymentFolder(name), ...overlays]
}
