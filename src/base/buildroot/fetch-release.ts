import {BrmcError} from '../../errors.js'
import {answerOf, SITE, type FetchBuildroot, type Release} from './fetch-buildroot.js'

/**
 * The newest point release of the line that `version` is of (2026.02.3: 2026.02), with the sha256 that the release's signed list has for it.
 * Throws BrmcError PACKAGE_UNAVAILABLE, INTERRUPTED.
 */
export async function fetchNewestRelease(version: string, request: Pick<FetchBuildroot, 'fetch' | 'signal'>): Promise<Required<Release>> {
  const listing = await (await answerOf(`${SITE}/`, request)).text()
  const newest = newestOfLine(listing, version)
  if (newest === undefined) throw new BrmcError('PACKAGE_UNAVAILABLE', `${SITE}/ lists no release of Buildroot ${lineOf(version)}`, {suggestions: ['take a checkout: brmc upgrade --buildroot <folder>']})
  const list = `${SITE}/buildroot-${newest}.tar.xz.sign`
  const sha256 = sha256In(await (await answerOf(list, request)).text(), `buildroot-${newest}.tar.xz`)
  if (sha256 === undefined) throw new BrmcError('PACKAGE_UNAVAILABLE', `${list} has no SHA256 of the release`, {suggestions: ['a proxy may have answered in its place: look at what was sent']})
  return {version: newest, sha256}
}

const lineOf = (version: string): string => version.split('.').slice(0, 2).join('.')
const pointOf = (version: string): number => Number(version.split('.')[2] ?? 0)

/** Tarballs that a page names; release candidates are none. */
function newestOfLine(listing: string, version: string): string | undefined {
  const names = [...listing.matchAll(/buildroot-(\d{4}\.\d{2}(?:\.\d+)?)\.tar\.xz(?![.\w])/g)].map(([, name = '']) => name)
  return names.filter(name => lineOf(name) === lineOf(version)).sort((a, b) => pointOf(b) - pointOf(a))[0]
}

/** `SHA256: <hex>  <file>`, a line of the clear-signed list. */
function sha256In(list: string, file: string): string | undefined {
  return list.split(/\r?\n/).flatMap(line => {
    const [, hash, name] = /^SHA256:\s+([0-9a-f]{64})\s+(\S+)$/.exec(line) ?? []
    return hash !== undefined && name === file ? [hash] : []
  })[0]
}
