import {basename} from 'node:path'

import type {ImageManifest} from '../image/manifest.js'
import {SpecSchema} from '../spec/schema.js'
import {withoutSecrets} from '../spec/without-secrets.js'
import type {Site} from './site-of-image.js'

interface Customized {
  output: string
  site: Site | undefined
  laid: ImageManifest['laid']
  secretFiles: readonly string[]
  /** How many paths were changed. */
  changed: number
}

/** The manifest of an image that was made of a finished one: what it is to do now, and whose numbers it has. */
export function siteManifest(manifest: ImageManifest, {output, site, laid, secretFiles, changed}: Customized): string {
  const rest = {...manifest}
  delete rest.sha256
  delete rest.secretFiles
  const spec = site ? {
    ...withoutSecrets(site.spec, site.secrets), buildroot: SpecSchema.shape.buildroot.parse(undefined), secrets: SpecSchema.shape.secrets.parse(undefined),
  } : manifest.spec
  const {project, deployment} = manifest.customized ?? {project: manifest.spec.name, deployment: manifest.deployment}
  const next: ImageManifest = {
    ...rest,
    image: basename(output),
    deployment: site?.deployment.name ?? manifest.deployment,
    spec,
    ...laid && {laid},
    ...secretFiles.length > 0 && {secretFiles: [...secretFiles]},
    customized: {project, deployment, paths: changed},
  }
  return `${JSON.stringify(next, null, 2)}\n`
}
