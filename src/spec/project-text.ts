import type {ProjectSecrets} from './fill-secrets.js'
import type {LaidLayers} from './rules/laid-layers.js'

/** A text file below the project: where it is, and what it becomes in the root file system. */
export interface OverlayText {
  /** The overlay as the spec names it; `` for what is not from an overlay (kernel fragments). */
  overlay: string
  /** Relative to the root file system, without leading slash: `etc/smcroute.conf`. */
  path: string
  /** Relative to the project: `overlays/site/etc/smcroute.conf`; of an archive `overlays/site.tar/etc/smcroute.conf`. */
  file: string
  text: string
  /** May the owner run it? */
  executable: boolean
  /** Of an archive: it is laid as it is, and edited where the archive is made. */
  isMember?: true
}

/** All that checking a project needs, read once (readProject): the check itself touches nothing. */
export interface ProjectText {
  /** Absolute path of the folder that holds brmc.yaml. */
  folder: string
  project: {file: string, text: string}
  /** Files of deployments/ in the order of their names. */
  deployments: readonly {file: string, text: string}[]
  /** Files of boards/ and groups/, which deployments share. */
  shared?: readonly {file: string, text: string}[]
  /** What is on disk under each overlay path that some file names. */
  overlays: Readonly<Record<string, OverlayKind>>
  texts: readonly OverlayText[]
  /** Files beside overlays that declare what folders cannot carry; left out: none. */
  metas?: readonly OverlayMetaText[]
  /** Of those that `!secret` names; absent: of none the value is known. */
  secrets?: ProjectSecrets
  /** By deployment; absent where the layers were not looked into. */
  laid?: ReadonlyMap<string, LaidLayers>
  /** Is there a brmc.lock.json? */
  hasLock: boolean
}

/** `overlays/site.meta.yaml` beside `overlays/site`. */
export interface OverlayMetaText {
  overlay: string
  file: string
  text: string
  /** Why it was not read. */
  refused?: string
}

/** `outside`: a symbolic link leads out of the project. */
export type OverlayKind = 'directory' | 'file' | 'missing' | 'outside' | 'other'

export const PROJECT_FILE = 'brmc.yaml'
export const DEPLOYMENTS_FOLDER = 'deployments'
/** Of one board, whoever uses it: `boards/raspberrypi4-64.yaml`. */
export const BOARDS_FOLDER = 'boards'
/** What several deployments share: `groups/rural.yaml`. */
export const GROUPS_FOLDER = 'groups'
/** Packages with version and sha256; committed (base/debian/lock.ts). */
export const LOCK_FILE = 'brmc.lock.json'

/** What is declared of an overlay stands beside it, under its name with this at the end. */
export const META_ENDING = '.meta.yaml'

/** Behind the file of a text that was rendered from it: lines are those of `brmc overlay cat`. */
export const AS_RENDERED = ' (rendered)'

/** Larger files are no configuration that a person wrote. */
export const MAX_TEXT_BYTES = 256 * 1024

/** Folders of an overlay in which configuration and scripts are looked for. */
export const TEXT_FOLDERS = ['etc', 'usr/libexec', 'usr/local/bin', 'usr/local/sbin'] as const

/** Folders above those, of which whiteouts alone matter: they take texts away from the overlays below. */
export const ABOVE_TEXT_FOLDERS = ['', 'usr', 'usr/local'] as const

/** Kernel fragments the user may edit, relative to the project. */
export const FRAGMENT_FOLDERS = ['overlays/board', 'br2-external/board'] as const

export const isKernelFragment = (path: string): boolean => /(^|\/)(linux[^/]*\.(config|fragment)|[^/]*(linux|kernel)[^/]*\.(config|fragment))$/.test(path)
  || /^(overlays|br2-external)\/board\/.*\.fragment$/.test(path)
