import type {Finding} from './finding.js'
import type {ParsedDocument} from './parse-document.js'

/** Keys that br2-external/ is made of (there is one tree, and one kernel in it, for all deployments), and where secrets come from. */
export const PROJECT_KEYS = ['buildroot', 'kernel', 'secrets'] as const

/** N40: a deployment that says what belongs to the project; null, which would take it away, as well. */
export function projectKeyFindings({value = {}, placeOf}: ParsedDocument): Finding[] {
  return PROJECT_KEYS.filter(key => Object.hasOwn(value, key)).map(key => ({
    rule: 'N40',
    severity: 'error',
    ...placeOf([key], 'key'),
    path: [key],
    message: key === 'secrets' ? 'secrets belongs to the project: all deployments have them from the same places' : `${key} belongs to the project: one br2-external/ is built for all deployments`,
    fix: key === 'secrets' ? 'write it in brmc.yaml' : `write it in brmc.yaml, or make a project of its own for what needs another ${key === 'kernel' ? 'kernel' : 'Buildroot'}`,
  }))
}
