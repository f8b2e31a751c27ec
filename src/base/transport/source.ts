import {BrmcError} from '../../errors.js'

/** Where a finished base is to come from, as the user says it. */
export interface BundleSource {
  /** A file, an http(s) address, or `oci://registry/name@sha256:…`. */
  source: string
  /** Of the file, in hex; the address of a file needs it. */
  sha256?: string | undefined
}

/** A manifest in a registry (OCI Distribution Specification 1.1). */
export interface OciReference {
  /** Scheme and host, no slash at its end. */
  origin: string
  name: string
  /** `sha256:…` */
  digest: string
}

export type Place =
  | {kind: 'file', path: string, sha256?: string}
  | {kind: 'web', url: URL, sha256: string}
  | ({kind: 'oci'} & OciReference)

const SHA256 = /^[0-9a-f]{64}$/
/** distribution-spec, "Pulling manifests"; and the host that Docker's own names stand for. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const DOCKER_HUB = ['docker.io', 'registry-1.docker.io'] as const
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

/** What `source` means. Throws BrmcError USAGE. */
export function placeOf({source, sha256}: BundleSource): Place {
  const hex = sha256?.toLowerCase()
  if (hex !== undefined && !SHA256.test(hex)) throw new BrmcError('USAGE', `${JSON.stringify(sha256)} is no sha256: 64 hexadecimal digits are`)
  if (source.startsWith('oci://')) return ociPlace(source, hex)
  if (!/^https?:\/\//i.test(source)) return {kind: 'file', path: source, ...hex !== undefined && {sha256: hex}}
  if (hex === undefined) {
    throw new BrmcError('USAGE', `${source} needs the sha256 of the file: what comes over the network is not believed without`, {suggestions: ['it stands in the .sha256 beside the exported file']})
  }

  if (!URL.canParse(source)) throw new BrmcError('USAGE', `${source} is no address`)
  return {kind: 'web', url: new URL(source), sha256: hex}
}

function ociPlace(source: string, sha256: string | undefined): Place {
  const [, host = '', name = '', hex = ''] = /^oci:\/\/([^/@]+)\/([^@]+?)(?::[\w.-]+)?@sha256:([0-9a-fA-F]{64})$/.exec(source) ?? []
  const docker = host === DOCKER_HUB[0]
  const address = `https://${docker ? DOCKER_HUB[1] : host}`
  if (!NAME.test(name) || !URL.canParse(address) || new URL(address).host !== host.toLowerCase() && !docker) {
    throw new BrmcError('USAGE', `${source} is no reference to a base in a registry`, {suggestions: ['write it with its digest: oci://registry/name@sha256:…']})
  }

  if (sha256 !== undefined && sha256 !== hex.toLowerCase()) {
    throw new BrmcError('USAGE', `${source} has its digest in it, and the sha256 given beside it is another`, {suggestions: ['leave it out: the digest is what is checked']})
  }

  const url = new URL(address)
  return {kind: 'oci', origin: isLoopback(url) ? url.origin.replace(/^https/, 'http') : url.origin, name: docker && !name.includes('/') ? `library/${name}` : name, digest: `sha256:${hex.toLowerCase()}`}
}

/** This machine: a registry there needs no TLS. */
export const isLoopback = ({hostname}: URL): boolean => LOOPBACK.test(hostname)
