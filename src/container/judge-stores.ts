import {BrmcError} from '../errors.js'
import type {ContainerEngineName} from './engine.js'
import type {ProbeResult, WrittenPlace} from './probe.js'
import type {BuildPlaces, BuildStores, Store} from './workshop.js'

const GB = 1e9
/** A build from nothing (measured: 2.8 GB of output, .2 of downloads; bigger kernels and package sets take more), and one that goes on. */
const NEEDED_BYTES = {fresh: 8 * GB, goesOn: 2 * GB} as const

interface Judged {
  /** Whose words the ways out are in. */
  engine: ContainerEngineName | 'none'
  stores: BuildStores
  places: BuildPlaces
  user: {uid: number, gid: number}
}

/** Throws BrmcError DISK_FULL or USAGE for the first store in which the build would fail, before it costs an hour. */
export function judgeStores({written}: ProbeResult, {engine, stores, places, user}: Judged): void {
  for (const name of ['output', 'downloads', 'ccache'] as const) {
    const found = written.find(({place}) => place === places[name])
    const where = `${SETTING[name]}: ${storeName(stores[name])}`
    if (!found) throw new BrmcError('ENGINE_UNAVAILABLE', `${where} could not be looked at from where the build runs`)
    if (!found.writable) throw unwritable(where, found, {engine, store: stores[name], user})
    if (name !== 'output') continue
    judgeOutput(where, found, engine)
  }
}

const SETTING = {output: 'buildroot.output', downloads: 'buildroot.downloads', ccache: 'buildroot.ccache'} as const

export const storeName = (store: Store): string => 'folder' in store ? store.folder : `the volume ${store.volume}`

function judgeOutput(where: string, {freeBytes, empty, executable, caseSensitive}: WrittenPlace, engine: Judged['engine']): void {
  const needed = empty ? NEEDED_BYTES.fresh : NEEDED_BYTES.goesOn
  if (freeBytes < needed) {
    throw new BrmcError('DISK_FULL', `${where} has ${gigabytes(freeBytes)} free; the build needs about ${gigabytes(needed)}`, {
      suggestions: [engine === 'none' ? 'free some' : `free some: ${engine} system df shows what the engine keeps, ${engine} system prune removes what nothing uses`, 'or name a folder on another disk: buildroot.output'],
    })
  }

  if (!caseSensitive) {
    throw new BrmcError('USAGE', `${where} takes Name and name for the same file, and the kernel's sources have both (xt_TCPMSS.c, xt_tcpmss.c): it cannot be built there`, {
      suggestions: ['leave buildroot.output out: the build is then kept in a volume, where names differ by case', 'or make a case-sensitive disk image and name a folder on it'],
    })
  }

  if (executable) return
  throw new BrmcError('USAGE', `${where} does not let programs run (it is mounted noexec), and Buildroot runs what it builds`, {
    suggestions: ['leave buildroot.output out: the build is then kept in a volume', 'or name a folder on another disk'],
  })
}

/** As whom everybody is seen who has no number in the container (kernel.overflowuid): without root's rights podman has numbers for few. */
const OVERFLOW_USER = 65_534

function unwritable(where: string, {owner}: WrittenPlace, {engine, store, user: {uid}}: Pick<Judged, 'engine' | 'user'> & {store: Store}): BrmcError {
  const whose = owner === OVERFLOW_USER ? 'somebody else' : `user ${owner}`
  return new BrmcError('USAGE', `${where} belongs to ${whose} and cannot be written by user ${uid}, as whom the build runs`, {
    suggestions: 'folder' in store
      ? [`give it to him: sudo chown -R ${uid} ${store.folder}`, 'or leave it out: a volume is then used']
      : ['another user of this engine made it: take a folder of your own instead', `or, if nobody needs it: ${engine} volume rm ${store.volume}`],
  })
}

const gigabytes = (bytes: number): string => `${(bytes / GB).toFixed(1)} GB`
