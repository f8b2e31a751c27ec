import {run} from '../process/run.js'
import {readSecrets, type FoundSecrets} from '../secrets/read-secrets.js'
import {namedSecrets, secretSettings} from '../spec/named-secrets.js'
import type {ProjectText} from '../spec/project-text.js'
import {withhold} from './withheld-values.js'

/** values: every secret's; stand-ins: what can stand for it does, and no source is asked but for what nothing can stand for. */
export type SecretsWanted = 'values' | 'stand-ins'

/** The values of the secrets that a project's files name, and of `more`. From here on no output of this process shows them. */
export async function projectSecrets(project: ProjectText, wanted: SecretsWanted, more: readonly string[] = []): Promise<FoundSecrets> {
  const names = new Set([...namedSecrets(project, wanted === 'values' ? 'all' : 'deciding'), ...more])
  return secretsOf(project, [...names].sort(), wanted)
}

export async function secretsOf(project: Pick<ProjectText, 'folder' | 'project'>, names: readonly string[], wanted: SecretsWanted = 'values'): Promise<FoundSecrets> {
  const found = await readSecrets({folder: project.folder, names, settings: secretSettings(project), run})
  withhold(found.values)
  return {...found, standIns: wanted === 'stand-ins'}
}
