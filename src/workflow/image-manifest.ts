import type {Bundle} from '../base/bundle.js'
import type {ImagePlan} from '../image/compose.js'
import type {ImageManifest} from '../image/manifest.js'
import {SpecSchema} from '../spec/schema.js'
import {withoutSecrets} from '../spec/without-secrets.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import type {ChosenDeployment} from './open-project.js'

interface Composed {
  bundle: Bundle
  plan: Pick<ImagePlan, 'size' | 'partitions'>
  sha256?: string | undefined
  laid?: ImageManifest['laid']
  root: RootTree
}

/** What stands beside the image of a deployment; `sha256` only where it was computed. */
export function imageManifest({deployment, spec, secrets}: ChosenDeployment, {bundle, plan, sha256, laid, root}: Composed): ImageManifest {
  const secretFiles = secretFilesOf(root.values())
  return {
    version: 1,
    image: 'sdcard.img',
    size: plan.size,
    ...sha256 !== undefined && {sha256},
    deployment: deployment.name,
    sourceDateEpoch: bundle.sourceDateEpoch,
    partitions: plan.partitions,
    ...laid && {laid},
    ...secretFiles.length > 0 && {secretFiles},
    base: {provider: bundle.provider, key: bundle.key, kernelRelease: bundle.kernelRelease, packages: bundle.packages},
    // How the base was built and where secrets were found is the builder's matter, and may name folders of his machine.
    spec: {
      ...withoutSecrets(spec, secrets),
      buildroot: SpecSchema.shape.buildroot.parse(undefined), secrets: SpecSchema.shape.secrets.parse(undefined),
    },
  }
}

/** Paths of files that values of secrets went into. */
export const secretFilesOf = (entries: Iterable<RootEntry>): string[] => Array.from(entries).filter(({secret}) => secret).map(({path}) => `/${path}`).sort()

/** What the layers above made of the base's root: an entry that they left alone is the base's own object. */
export function laidOver(base: readonly RootEntry[], root: RootTree): NonNullable<ImageManifest['laid']> {
  const own = new Map(base.map(entry => [entry.path, entry]))
  const laid = [...root.values()].filter(entry => entry.path !== '' && own.get(entry.path) !== entry).map(({path}) => path)
  return {
    added: laid.filter(path => !own.has(path)),
    over: [...laid.filter(path => own.has(path)), ...[...own.keys()].filter(path => !root.has(path))].sort(),
  }
}
