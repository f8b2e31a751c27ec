import type {Bundle} from '../base/bundle.js'
import type {Sources} from '../base/buildroot/read-sources.js'
import type {TemplateSet} from '../tree/template-set.js'
import type {ChosenDeployment} from './open-project.js'
import type {Reporting} from './reporting.js'

export interface BaseRequest {
  deployment: ChosenDeployment['deployment']
  /** Absolute path of the project. */
  folder: string
  templates: TemplateSet
  epochOverride?: number
  /** What lies in the folders that the base buildroot is given, where it is being looked at already. */
  sources?: Promise<Sources> | undefined
  reporting: Reporting
}

export interface MadeBase {
  bundle: Bundle
  /** Where it lies. */
  folder: string
  /** It was there already. */
  cached: boolean
  warnings: readonly string[]
}
