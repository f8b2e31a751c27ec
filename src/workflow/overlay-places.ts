import type {Deployment} from '../spec/deployment.js'

/** Folders and archives that are laid over a base for a deployment, in order, relative to the project: docs/architecture.md, "Layers of a root file system". */
export function overlayPlaces({name, overlays}: Pick<Deployment, 'name' | 'overlays'>): string[] {
  return ['br2-external/overlays/router', `br2-external/overlays/deployments/${name}`, ...overlays]
}
