import * as z from 'zod'

import type {Piece} from '../../archive/piece.js'
import {sizeOf} from '../../archive/piece.js'
import {BrmcError} from '../../errors.js'
import {sha256} from '../../files/sha256.js'
import {BUNDLE_FILE} from '../bundle.js'
import type {ArchiveFile} from './archive-pieces.js'

// OCI Image Format Specification 1.1: descriptor.md, manifest.md ("Guidelines for Artifact Usage"), image-layout.md.
const ARTIFACT_TYPE = 'application/vnd.brmc.base.v1'
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json'
const TITLE = 'org.opencontainers.image.title'
export const LAYOUT_FILE = 'oci-layout'
export const INDEX_FILE = 'index.json'
/** Bytes; registries take no larger manifest (distribution-spec, "Pushing Manifests"). */
export const MAX_MANIFEST = 4 * 1024 * 1024
const EMPTY = Buffer.from('{}')

const DescriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  annotations: z.record(z.string(), z.string()).nullish(),
})
const ManifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  layers: z.array(DescriptorSchema).max(10_000),
})
const IndexSchema = z.object({schemaVersion: z.literal(2), manifests: z.array(DescriptorSchema).max(10_000)})

export type Descriptor = z.output<typeof DescriptorSchema>

/** A file of a base and the blob it is in. */
export interface Layer extends Pick<Descriptor, 'digest' | 'size'> {
  path: string
}

/** A file of the base as a layer to be. */
export interface HashedFile extends ArchiveFile {
  /** In hex. */
  sha256: string
}

/** The archive of an OCI image layout with `files` as layers of one artifact. @returns what is in it, in order, and the manifest's digest */
export function layoutOf(files: readonly HashedFile[], created: number): {archive: ArchiveFile[], digest: string} {
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: ARTIFACT_TYPE,
    config: {mediaType: EMPTY_TYPE, digest: `sha256:${sha256(EMPTY)}`, size: EMPTY.length, data: EMPTY.toString('base64')},
    layers: files.map(({path, body, sha256: hex}) => ({mediaType: mediaTypeOf(path), digest: `sha256:${hex}`, size: sizeOf(body), annotations: {[TITLE]: path}})),
    annotations: {'org.opencontainers.image.created': new Date(created * 1000).toISOString().replace('.000Z', 'Z')},
  })
  const digest = sha256(manifest)
  const index = {schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [{mediaType: MANIFEST_TYPE, artifactType: ARTIFACT_TYPE, digest: `sha256:${digest}`, size: manifest.length}]}
  // Files of equal bytes are one blob.
  const blobs = new Map<string, Piece>([[digest, manifest], [sha256(EMPTY), EMPTY], ...files.map(({sha256: hex, body}) => [hex, body] as const)])
  return {
    digest: `sha256:${digest}`,
    archive: [
      {path: LAYOUT_FILE, body: json({imageLayoutVersion: '1.0.0'})},
      {path: INDEX_FILE, body: json(index)},
      ...Array.from(blobs, ([hex, body]) => ({path: blobPath(`sha256:${hex}`), body})),
    ],
  }
}

export const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`

/** The one manifest of a layout's index.json. Throws BrmcError BUNDLE_MISFIT, PACKAGE_CORRUPT. */
export function manifestOf(index: Buffer): Descriptor {
  const {manifests} = parsed(IndexSchema, index, INDEX_FILE)
  const [only, ...more] = manifests
  if (!only || more.length > 0) throw new BrmcError('BUNDLE_MISFIT', `it holds ${manifests.length} manifests; one is expected`)
  return only
}

/** The files that a manifest speaks of, bundle.json first. Throws BrmcError BUNDLE_MISFIT where it is none of a base. */
export function layersOf(manifest: Buffer): Layer[] {
  const {artifactType, mediaType, layers} = parsed(ManifestSchema, manifest, 'the manifest')
  const type = artifactType ?? mediaType ?? 'unknown'
  if (artifactType !== ARTIFACT_TYPE) throw new BrmcError('BUNDLE_MISFIT', `it is no base of brmc but of type ${JSON.stringify(type)}`)
  const files = layers.map(({digest, size, annotations}) => ({path: annotations?.[TITLE] ?? '', digest, size}))
  return [...files.filter(({path}) => path === BUNDLE_FILE), ...files.filter(({path}) => path !== BUNDLE_FILE)]
}

function parsed<T>(schema: z.ZodType<T>, bytes: Buffer, name: string): T {
  const result = schema.safeParse(jsonOf(bytes, name))
  if (result.success) return result.data
  throw new BrmcError('BUNDLE_MISFIT', `${name} is not as the OCI specification has it`, {details: result.error.issues.slice(0, 5).map(({path, message}) => `${path.join('.')}: ${message}`)})
}

function jsonOf(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new BrmcError('PACKAGE_CORRUPT', `${name} is not JSON`, {cause})
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function mediaTypeOf(path: string): string {
  if (path.endsWith('.json')) return 'application/json'
  return path.endsWith('.tar') ? 'application/x-tar' : 'application/octet-stream'
}
