import * as z from 'zod'

import {replaceAt, typed, type SecretUse} from '../spec/fill-secrets.js'
import type {SpecPath} from '../spec/finding.js'
import {SpecSchema, type Spec} from '../spec/schema.js'

/** What stands beside an image as `<image>.json`: what it is, what went in, and what the proof is to hold it against. */
export const ImageManifestSchema = z.strictObject({
  version: z.literal(1),
  image: z.string(),
  /** Bytes. */
  size: z.int(),
  /** Of the whole image; only with a release, because it costs as much as writing the image does. */
  sha256: z.string().optional(),
  deployment: z.string(),
  sourceDateEpoch: z.int(),
  partitions: z.array(z.strictObject({number: z.int(), type: z.string(), firstSector: z.int(), sectors: z.int()})),
  base: z.strictObject({
    provider: z.string(),
    key: z.string(),
    kernelRelease: z.string(),
    packages: z.array(z.strictObject({name: z.string(), version: z.string()})),
  }),
  /** The spec without its secrets; what nothing can stand for is named: `{"secret": "uplink"}` (specOf). */
  spec: z.looseObject({name: z.string()}),
  /** What the layers over the base made of its root (ext4): paths that it had not, and paths of it that are others now or gone. */
  laid: z.strictObject({added: z.array(z.string()), over: z.array(z.string())}).optional(),
  /** Files of the root that values of secrets went into. */
  secretFiles: z.array(z.string()).optional(),
  /** Of an image that was made of a finished one: whose numbers (disk signature, UUIDs) it still has, and how many paths were changed. */
  customized: z.strictObject({project: z.string(), deployment: z.string(), paths: z.int()}).optional(),
})

export type ImageManifest = z.output<typeof ImageManifestSchema>

/** Places of the manifest's spec that need the value of a secret. */
export function secretsIn(manifest: Pick<ImageManifest, 'spec'>): SecretUse[] {
  const named = (value: unknown, path: SpecPath): SecretUse[] => {
    if (typeof value !== 'object' || value === null) return []
    if ('secret' in value && typeof value.secret === 'string' && Object.keys(value).length === 1) return [{name: value.secret, path}]
    const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
    return entries.flatMap(([key, inner]) => named(inner, [...path, key]))
  }
  return named(manifest.spec, [])
}

/** The spec that the image was made from, as far as it is known: undefined where it is none. */
export function specOf(manifest: Pick<ImageManifest, 'spec'>, values: ReadonlyMap<string, string>): Spec | undefined {
  return SpecSchema.safeParse(replaceAt(manifest.spec, secretsIn(manifest), ({name, path}) => typed(values.get(name) ?? '', path))).data
}
