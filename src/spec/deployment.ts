import type {BoardName} from '../boards/boards.js'
import type {PackageName} from '../boards/packages.js'
import type {DaemonName} from '../multicast/daemons.js'
import type {Discovery} from '../multicast/discovery.js'
import type {Mrouted} from '../multicast/mrouted.js'
import type {MulticastRoute} from '../multicast/model.js'
import type {BridgePort, Firewall, Nat, NetworkInterface} from '../network/model.js'
import type {Spec} from './schema.js'

/** A spec with every text read: what templates, lints and the proof work on. Made by resolveDeployment. */
export interface Deployment {
  /** `default` for the project file itself, else the name of the file below deployments/. */
  name: string
  board: BoardName
  base: Spec['base']
  root: Spec['root']
  debian: Spec['debian']
  buildroot: Spec['buildroot']
  kernel: Spec['kernel']
  hostname: string
  authorizedKeys: readonly string[]
  /** May files on the FAT partition change the router? */
  siteSettings: boolean
  /** Root's: as shadow(5) has it, or as text with the names that no other image has together. */
  password?: {hash: string} | {text: string, image: string}
  sysctl: Readonly<Record<string, string>>
  /** In the order of the file. */
  interfaces: readonly NetworkInterface[]
  /** Of all bridges, in the order of the file. */
  ports: readonly BridgePort[]
  nat: readonly Nat[]
  firewall: Firewall
  daemon: DaemonName
  mrouted: Mrouted
  answerPing: boolean
  /** Those of the file, then those of discovery. */
  routes: readonly MulticastRoute[]
  discovery: Discovery
  /** The interfaces by name, all of them that are downstream where none is written. */
  statusPage?: {port: number, interfaces: readonly string[]}
  /** Those of the file, then those that its daemons need. */
  packages: readonly PackageName[]
  /** Folders and tar files, relative to the project, in the order they are laid. */
  overlays: readonly string[]
}
