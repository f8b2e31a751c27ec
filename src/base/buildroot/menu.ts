import type {OpenBuild} from './open-build.js'

export type MenuName = 'buildroot' | 'linux' | 'busybox'

/** How one program's options are configured, in an output folder of the menu's own. */
export interface Menu {
  /** Makes .config of the tree and these lines of the user's (undefined: none at all); its text. */
  configure: (userText: string | undefined) => Promise<string>
  /** Arguments of make that open the menu. */
  target: readonly string[]
  /** .config as it is now. */
  read: () => Promise<string>
  /** Options that can be set and are not at their default; absent where that cannot be asked. */
  minimal?: () => Promise<string>
  /** Options that brmc sets itself, so that a line of the user's would change nothing. */
  notTheirs: ReadonlySet<string>
}

export interface MenuRequest {
  menu: MenuName
  build: OpenBuild
  /** Path of the board's defconfig in the tree. */
  defconfig: string
  /** Text of the user's file that the menu's changes go to. */
  userText: string
  /** What is being done, in words. */
  onStep: (what: string) => void
}
