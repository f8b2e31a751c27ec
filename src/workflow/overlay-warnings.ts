import {BrmcError} from '../errors.js'
import type {ImagePlan} from '../image/compose.js'
import {SECTOR} from '../image/partition-table.js'
import type {RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import type {Replacement} from '../overlay/replacement-watch.js'
import type {Deployment} from '../spec/deployment.js'
import {overlayReplacesOnPurpose} from '../spec/rules/overlay-collisions.js'
import {overlaysFitSmallCard, ramRootFitsMemory} from '../spec/rules/overlay-room.js'
import {laidLayers} from './laid-layers.js'

interface ComposedLayers {
  folder: string
  deployment: Deployment
  layers: readonly Layer[]
  root: RootTree
  replacements: readonly Replacement[]
  plan: Pick<ImagePlan, 'partitions'>
}

const RULES = [overlayReplacesOnPurpose, overlaysFitSmallCard, ramRootFitsMemory]

/** What rules say of the layers that an image is composed of, a line each. Throws IMAGE_TOO_SMALL where no board could start with it. */
export async function overlayWarnings({deployment, plan: {partitions}, ...laying}: ComposedLayers): Promise<string[]> {
  const [rootPartition] = partitions.filter(({type}) => type === 'ext4').map(({sectors}) => sectors * SECTOR)
  const laid = {...await laidLayers({...laying, hasBase: true, ...rootPartition !== undefined && {rootPartition}}), used: new Set<string>()}
  return RULES.flatMap(({id, severity, check}) => check({deployment, laid}).map(problem => {
    if ((problem.severity ?? severity) === 'error') throw new BrmcError('IMAGE_TOO_SMALL', problem.message, {suggestions: [problem.fix]})
    return `${problem.place ? `${problem.place.file}: ` : ''}${problem.message} (${id}); ${problem.fix}`
  }))
}
