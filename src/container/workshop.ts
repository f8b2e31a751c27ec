import type {RunInTerminal} from '../process/run-in-terminal.js'
import type {Run, RunOptions, RunResult} from '../process/run.js'

/** What runs the build: containers of docker or podman, or this machine's own tools. */
export type EngineName = 'docker' | 'podman' | 'none'

/** Where something that the build writes is kept: a volume of the engine, or an absolute folder of this machine. */
export type Store = {volume: string} | {folder: string}

/** Absolute folders of this machine that the build reads. */
export interface BuildInputs {
  buildroot: string
  /** The generated BR2_EXTERNAL tree. */
  tree: string
  settings: string
  toolchain?: string
  kernel?: string
  /** Package → folder with its sources. */
  overrides: Readonly<Record<string, string>>
}

export interface BuildStores {
  output: Store
  downloads: Store
  ccache: Store
}

/** Folders as the programs of the build see them: the same in every container; this machine's own with engine none. */
export interface BuildPlaces extends BuildInputs {
  output: string
  downloads: string
  ccache: string
}

export interface User {
  uid: number
  gid: number
  /** Of the user who called sudo. */
  sudoUid?: number
  sudoGid?: number
}

/** The doors to other programs (process/). */
export interface Programs {
  run: Run
  runInTerminal: RunInTerminal
}

export interface WorkshopRequest {
  engine: EngineName | 'auto'
  inputs: BuildInputs
  stores: BuildStores
  builder: BuilderRecipe
  /** An existing folder of brmc's own below the project, for small things that live as long as a question. */
  scratch: string
  user: User
  /** The caller's environment: DOCKER_HOST and the like reach the engine, proxies the programs that have the network, BRMC_CONTAINER_NETWORK names the network they get. */
  environment: Readonly<Record<string, string | undefined>>
  programs: Programs
  /** Ends what is being done: containers are stopped and waited for. */
  signal: AbortSignal
}

/** What the builder image is made of. */
export interface BuilderRecipe {
  dockerfile: string
  /** Files beside the Dockerfile: name → content. */
  files: ReadonlyMap<string, Uint8Array>
  /** Image to start from, in place of the Dockerfile's own. */
  base?: string
}

export interface WorkshopRunOptions extends Pick<RunOptions, 'input' | 'consume' | 'onLine' | 'accept' | 'signal'> {
  /** Default: none at all (containers; engine none has the machine's). */
  network?: boolean
  /** Added to LANG, HOME, PATH, which are all that programs get. */
  environment?: Readonly<Record<string, string>>
}

/** Where programs of the build run. */
export interface Workshop {
  engine: EngineName
  places: BuildPlaces
  /** Who the build's files belong to. */
  user: {uid: number, gid: number}
  /**
   * Runs a program of the build. As Run: throws BrmcError TOOL_FAILED for a status that is not accepted, INTERRUPTED at the signal; ENGINE_UNAVAILABLE where
   * the engine ended or would not start it, BUILD_FAILED where somebody else ended the container.
   */
  run: (argv: readonly string[], options?: WorkshopRunOptions) => Promise<RunResult>
  /** The same with the user's terminal (menuconfig); its exit status. */
  runInTerminal: (argv: readonly string[], options?: Pick<WorkshopRunOptions, 'environment' | 'signal'>) => Promise<number>
  /** A line of output with this machine's paths in place of the build's, where it has them. */
  toHostPaths: (line: string) => string
}
