import type {BuildInputs, BuildPlaces, BuildStores, Store} from './workshop.js'

/** A folder or volume, and where it stands in the container. */
export interface Mount {
  source: Store
  target: string
  readOnly: boolean
}

const ROOT = '/brmc'

export const allStores = ({output, downloads, ccache}: BuildStores): Store[] => [output, downloads, ccache]

/** The build's places in a container: never the machine's paths, so that what is built is the same wherever it is built. */
export function containerPlaces({toolchain, kernel, overrides}: BuildInputs): BuildPlaces {
  return {
    buildroot: `${ROOT}/buildroot`,
    tree: `${ROOT}/tree`,
    settings: `${ROOT}/settings`,
    output: `${ROOT}/output`,
    downloads: `${ROOT}/downloads`,
    ccache: `${ROOT}/ccache`,
    ...toolchain !== undefined && {toolchain: `${ROOT}/toolchain`},
    ...kernel !== undefined && {kernel: `${ROOT}/kernel`},
    overrides: Object.fromEntries(Object.keys(overrides).map(name => [name, `${ROOT}/override/${name}`])),
  }
}

/** The build's places on this machine itself; undefined where a store is a volume. */
export function ownPlaces(inputs: BuildInputs, {output, downloads, ccache}: BuildStores): BuildPlaces | undefined {
  if (!('folder' in output && 'folder' in downloads && 'folder' in ccache)) return undefined
  return {...inputs, output: output.folder, downloads: downloads.folder, ccache: ccache.folder}
}

/** Each input with its folder here and its place there, in a fixed order. */
export function inputPairs(inputs: BuildInputs, places: BuildPlaces): {folder: string, place: string}[] {
  const names = ['buildroot', 'tree', 'settings', 'toolchain', 'kernel'] as const
  const pairs = [
    ...names.map(name => [inputs[name], places[name]] as const),
    ...Object.keys(inputs.overrides).sort().map(name => [inputs.overrides[name], places.overrides[name]] as const),
  ]
  return pairs.flatMap(([folder, place]) => folder === undefined || place === undefined ? [] : [{folder, place}])
}

/** What a container of the build mounts: inputs to be read, each from its folder or from the volume that stands for it; stores to be written. */
export function mountsOf(inputs: BuildInputs, stores: BuildStores, standIns: ReadonlyMap<string, string> = new Map()): Mount[] {
  const places = containerPlaces(inputs)
  const read = inputPairs(inputs, places).map(({folder, place}) => {
    const volume = standIns.get(folder)
    return {source: volume === undefined ? {folder} : {volume}, target: place, readOnly: true}
  })
  const written = (['output', 'downloads', 'ccache'] as const).map(name => ({source: stores[name], target: places[name], readOnly: false}))
  return [...read, ...written]
}

/** Replaces the places of the build by this machine's folders, where they are the whole path or its beginning. What lies in a volume keeps its place. */
export function hostPathsIn(mounts: readonly Mount[]): (line: string) => string {
  const folders = new Map(mounts.flatMap(({source, target}) => 'folder' in source ? [[target, source.folder]] : []))
  if (folders.size === 0) return line => line
  const longestFirst = [...folders.keys()].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(`(?<![\\w./-])(?:${longestFirst.map(escapeRegExp).join('|')})(?![\\w+-]|\\.\\w)`, 'g')
  return line => line.replace(pattern, place => folders.get(place) ?? place)
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
