import {z} from 'zod'

import {SpecSchema} from '../spec/schema.js'

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
  spec: SpecSchema,
})

export type ImageManifest = z.output<typeof ImageManifestSchema>
