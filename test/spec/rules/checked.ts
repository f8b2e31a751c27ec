import {checkProject, type CheckedProject} from '../../../src/spec/check-project.js'
import type {Finding} from '../../../src/spec/finding.js'
import type {OverlayKind} from '../../../src/spec/project-text.js'
import {laidOf, type TestLayer} from './laid.js'

/** The router of a test: two interfaces with static addresses, nothing that any rule minds. */
const SPEC = {
  version: 1,
  name: 'router',
  board: 'raspberrypi4-64',
  system: {hostname: 'router'},
  interfaces: {
    wlan0: {role: 'downstream', address: ['10.1.0.1/24', 'fd01::1/64']},
    usb0: {role: 'upstream', address: ['10.2.0.1/24', 'fd02::1/64']},
    eth0: {role: 'upstream', address: ['10.3.0.1/24']},
  },
  multicast: {routes: [{group: '225.0.0.1', from: 'wlan0', to: ['usb0']}]},
}

export interface Router {
  /** Laid over the router above: maps merge, all else replaces. */
  spec?: Record<string, unknown>
  /** Files of the overlay overlays/site, by path in the root. */
  files?: Record<string, string>
  /** Those of them that may not be run. */
  notExecutable?: string[]
  /** Kernel fragments, by path in the project. */
  fragments?: Record<string, string>
  overlays?: Record<string, OverlayKind>
  /** Files that declare something of overlays/site, by path in the project. */
  metas?: Record<string, string>
  /** What the layers of its root come to, by name of overlay; `router` is one that brmc makes. */
  layers?: Record<string, TestLayer>
}

export function checked({spec = {}, files = {}, notExecutable = [], fragments = {}, overlays = {}, metas = {}, layers}: Router): CheckedProject {
  const written = merge({...SPEC, ...Object.keys({...files, ...metas}).length > 0 ? {overlays: ['overlays/site']} : {}}, spec)
  return checkProject({
    folder: '/project',
    project: {file: 'brmc.yaml', text: JSON.stringify(written, null, 2)},
    deployments: [],
    overlays: {'overlays/site': 'directory', ...overlays},
    texts: [
      ...Object.entries(files).map(([path, text]) => ({overlay: 'overlays/site', path, file: `overlays/site/${path}`, text, executable: !notExecutable.includes(path)})),
      ...Object.entries(fragments).map(([file, text]) => ({overlay: '', path: file, file, text, executable: false})),
    ],
    metas: Object.entries(metas).map(([file, text]) => ({overlay: 'overlays/site', file, text})),
    hasLock: false,
    ...layers && {laid: new Map([['default', laidOf(layers)]])},
  })
}

export const findingsOf = (router: Router, rule: string): Finding[] => checked(router).findings.filter(finding => finding.rule === rule)

function merge(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = {...under}
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isRecord(value) && isRecord(below) ? merge(below, value) : value
  }

  return merged
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
