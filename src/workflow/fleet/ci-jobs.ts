import {stringify} from 'yaml'

import {BrmcError} from '../../errors.js'

/** "A matrix will generate a maximum of 256 jobs per workflow run" (GitHub Actions, Workflow syntax). */
const MOST_JOBS = 256

export interface Matrix {
  include: ({shard: string, sites: number} | {deployment: string})[]
}

/** The matrix of a GitHub Actions job: a shard of an inventory of `sites` each. Throws USAGE. */
export function shardMatrix(sites: number, shards: number): Matrix {
  if (shards > MOST_JOBS) throw tooMany(shards)
  return {include: Array.from({length: shards}, (_, index) => ({shard: `${index}/${shards}`, sites: Math.ceil((sites - index) / shards)}))}
}

/** A deployment each. */
export function deploymentMatrix(names: readonly string[]): Matrix {
  if (names.length > MOST_JOBS) throw tooMany(names.length)
  return {include: names.map(deployment => ({deployment}))}
}

function tooMany(jobs: number): BrmcError {
  return new BrmcError('USAGE', `${jobs} jobs are more than the ${MOST_JOBS} that GitHub starts for a matrix`, {suggestions: ['take fewer, larger shards: a shard may have any number of sites']})
}

export interface JobRequest {
  /** metadata.name: a DNS label. */
  name: string
  /** Of the container. */
  image: string
  /** The PersistentVolumeClaim that holds the project. */
  claim: string
  /** Path of the inventory in the project. */
  inventory: string
  shards: number
  /** What `brmc image` is told besides. */
  packs: boolean
}

const MOUNT = '/project'
/** RFC 1123, as Kubernetes has it for names of jobs. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
/** kubelet replaces $(NAME) in arguments, and takes $$ for $ (Kubernetes, "Define Dependent Environment Variables"). */
const SHARD_INDEX = '$(JOB_COMPLETION_INDEX)'

/**
 * An Indexed Job (batch/v1) that makes a shard of an inventory in each of its pods, as YAML. Each pod is what `brmc image --shard i/n` is by hand.
 * Throws USAGE for names that Kubernetes would refuse.
 */
export function kubernetesJob({name, image, claim, inventory, shards, packs}: JobRequest): string {
  for (const [what, value] of Object.entries({name, claim})) {
    if (!LABEL.test(value)) throw new BrmcError('USAGE', `--${what} ${JSON.stringify(value)} is no name that Kubernetes takes`, {suggestions: ['use 1 to 63 of a-z 0-9 and inner hyphens']})
  }

  if (image === '' || /[\s\p{Cc}]/u.test(image)) throw new BrmcError('USAGE', `--image ${JSON.stringify(image)} is no name of a container image`)
  if (inventory.startsWith('/') || inventory.split('/').includes('..') || inventory === '-') {
    throw new BrmcError('USAGE', `${inventory} is not below the project, and pods have nothing else`, {suggestions: ['put the inventory beside brmc.yaml']})
  }

  const command = ['image', '--project', MOUNT, '--inventory', `${MOUNT}/${inventory}`.replaceAll('$', '$$$$'), '--shard', `${SHARD_INDEX}/${shards}`, ...packs ? ['--packs'] : [], '--json-lines']
  return stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {name},
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: shards,
      // A shard that was ended goes on where it was.
      backoffLimit: 2 * shards,
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          containers: [{
            name: 'brmc',
            image,
            command: ['brmc'],
            args: command,
            volumeMounts: [{name: 'project', mountPath: MOUNT}],
            securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}, seccompProfile: {type: 'RuntimeDefault'}},
          }],
          volumes: [{name: 'project', persistentVolumeClaim: {claimName: claim}}],
        },
      },
    },
  }, {lineWidth: 0})
}
