import {secretUses} from './fill-secrets.js'
import {parseDocument} from './parse-document.js'
import type {ProjectText} from './project-text.js'
import {SpecSchema, type Spec} from './schema.js'
import {standInAt} from './stand-ins.js'

/** Names of the secrets that the files of a project use, sorted: all of them, or those without whose value nothing can be said. */
export function namedSecrets({project, shared = [], deployments}: Pick<ProjectText, 'project' | 'shared' | 'deployments'>, which: 'all' | 'deciding'): string[] {
  const uses = [project, ...shared, ...deployments].filter(({text}) => text.includes('!secret'))
    .flatMap(({file, text}) => secretUses(parseDocument(text, file).value))
  return [...new Set(uses.filter(({path}) => which === 'all' || standInAt(path) === undefined).map(({name}) => name))].sort()
}

/** Where the project file says that secrets come from; what is wrong there the schema tells. */
export function secretSettings({project: {file, text}}: Pick<ProjectText, 'project'>): Spec['secrets'] {
  const {secrets} = SpecSchema.shape
  return secrets.safeParse(parseDocument(text, file).value?.['secrets']).data ?? secrets.parse(undefined)
}
