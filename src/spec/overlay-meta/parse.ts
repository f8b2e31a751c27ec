import type {Declaration, Declarations, Made} from '../../overlay/declaration.js'
import {isPattern} from '../../overlay/pattern.js'
import {checkAgainst, type SchemaProblem} from '../check-schema.js'
import type {Place, SpecPath} from '../finding.js'
import {parseDocument} from '../parse-document.js'
import {encodeCapabilities} from './capabilities.js'
import {MAKERS, OverlayMetaSchema, type OverlayMeta} from './schema.js'

export interface MetaProblem {
  place: Place
  message: string
  fix: string
}

export interface ParsedMeta {
  /** Absent where there are problems. */
  declarations?: Declarations<number | string>
  problems: MetaProblem[]
  /** Where the first capability or other attribute is asked for. */
  attributes?: Place
}

/** What `<overlay>.meta.yaml` says; nothing throws. */
export function parseOverlayMeta(text: string, file: string): ParsedMeta {
  const document = parseDocument(text, file)
  if (!document.value) return {problems: document.findings.map(({line, column, message, fix}) => ({place: {file, line, column}, message, fix}))}
  const {value, problems = []} = checkAgainst(OverlayMetaSchema, document.value)
  const found = [...problems, ...value ? contradictions(value) : []]
  if (!value || found.length > 0) return {problems: found.map(({path, at, message, fix}) => ({place: document.placeOf(path, at), message, fix}))}
  const written = Object.entries(value.paths).find(([, {capabilities, xattrs}]) => capabilities !== undefined || xattrs !== undefined)
  const placeOf = (path: SpecPath): string => {
    const {line, column} = document.placeOf(path, 'key')
    return `${file}:${line}:${column}`
  }
  return {
    problems: [],
    declarations: {
      remove: value.remove.map((path, index) => ({path: plain(path), place: placeOf(['remove', index])})),
      empty: value.empty.map((path, index) => ({path: plain(path), place: placeOf(['empty', index])})),
      replaces: value.replaces.map((path, index) => ({path: plain(path), place: placeOf(['replaces', index])})),
      paths: Object.entries(value.paths).map(([path, written]) => declarationOf(path, written, placeOf(['paths', path]))),
    },
    ...written && {attributes: document.placeOf(['paths', written[0], written[1].capabilities === undefined ? 'xattrs' : 'capabilities'])},
  }
}

type Written = OverlayMeta['paths'][string]

/** What is right key by key, and cannot all hold. */
function contradictions({paths}: OverlayMeta): Omit<SchemaProblem, 'rule'>[] {
  return Object.entries(paths).flatMap(([path, written]) => {
    const makers = MAKERS.filter(maker => written[maker] !== undefined)
    const problem = (key: keyof Written, message: string, fix: string): Omit<SchemaProblem, 'rule'> => ({path: ['paths', path, key], at: 'key', message: `${path}: ${message}`, fix})
    return [
      ...makers[1] !== undefined ? [problem(makers[1], `it cannot be ${makers.join(' and ')} at once`, 'keep one of them')] : [],
      ...isPattern(path) && makers[0] !== undefined ? [problem(makers[0], 'a pattern makes nothing', 'write the one path')] : [],
      ...!isPattern(path) && written.directoryMode !== undefined ? [problem('directoryMode', 'directoryMode is for patterns', 'write mode')] : [],
      ...written.symlink !== undefined && written.mode !== undefined ? [problem('mode', 'a symlink has no mode of its own', 'leave it out')] : [],
      ...written.symlink !== undefined && (written.capabilities ?? written.xattrs) !== undefined ? [problem(written.capabilities === undefined ? 'xattrs' : 'capabilities', 'a symlink has no attributes', 'say it of what it leads to')] : [],
      ...written.capabilities !== undefined && written.xattrs?.[CAPABILITY] !== undefined ? [problem('xattrs', `${CAPABILITY} is what capabilities says`, 'keep one of the two')] : [],
      ...Object.keys(written).length === 0 ? [{path: ['paths', path], at: 'key' as const, message: `${path}: nothing is said of it`, fix: 'say what holds for it, or remove the line'}] : [],
    ]
  })
}

const CAPABILITY = 'security.capability'

function declarationOf(path: string, written: Written, place: string): Declaration<number | string> {
  const {owner, group, mode, directoryMode} = written
  const xattrs = xattrsOf(written)
  const make = madeBy(written)
  return {
    path: plain(path),
    place,
    isPattern: isPattern(path),
    ...owner !== undefined && {owner},
    ...group !== undefined && {group},
    ...mode !== undefined && {mode: Number.parseInt(mode, 8)},
    ...directoryMode !== undefined && {directoryMode: Number.parseInt(directoryMode, 8)},
    ...Object.keys(xattrs).length > 0 && {xattrs},
    ...make && {make},
  }
}

function xattrsOf({capabilities, xattrs = {}}: Written): Record<string, Buffer> {
  const encoded = capabilities === undefined ? undefined : encodeCapabilities(capabilities)
  return {
    ...Object.fromEntries(Object.entries(xattrs).map(([name, value]) => [name, value.startsWith('0x') ? Buffer.from(value.slice(2), 'hex') : Buffer.from(value)])),
    ...Buffer.isBuffer(encoded) && {[CAPABILITY]: encoded},
  }
}

function madeBy({directory, fifo, device, symlink, hardLink}: Written): Made | undefined {
  if (directory) return {type: 'directory'}
  if (fifo) return {type: 'fifo'}
  if (symlink !== undefined) return {type: 'symlink', target: symlink}
  if (hardLink !== undefined) return {type: 'hardlink', target: plain(hardLink)}
  if (device === undefined) return undefined
  const [kind, major, minor] = device.split(' ')
  return {type: kind === 'c' ? 'character' : 'block', device: {major: Number(major), minor: Number(minor)}}
}

const plain = (path: string): string => path.replace(/^\/|\/$/g, '')
