import type {Pins} from '../../boards/pins.js'
import type {BuilderRecipe, Programs, User} from '../../container/workshop.js'
import {BrmcError} from '../../errors.js'
import type {Web} from '../../process/web.js'
import type {Deployment} from '../../spec/deployment.js'
import type {Sources} from './read-sources.js'
import type {BuildWatch} from './run-build.js'

/** What of a deployment decides about its base. */
export type BaseWish = Pick<Deployment, 'board' | 'buildroot' | 'kernel'>

export interface BuildrootBaseOptions {
  wish: BaseWish
  pins: Pins
  /** Holds br2-external/; paths of brmc.yaml are relative to it. Absolute. */
  projectFolder: string
  /** build/ of the project. Absolute. */
  cacheFolder: string
  /** Files of board/builder/, by name. */
  builderFiles: ReadonlyMap<string, Buffer>
  /** Image that the builder image starts from, in place of the Dockerfile's own. */
  builderBase?: string
  /** Programs at once where the file does not say. */
  jobs: number
  user: User
  environment: Readonly<Record<string, string | undefined>>
  programs: Programs
  fetch: Web
  /** What lies in the folders of the wish, where somebody looks or looked already. */
  sources?: Promise<Sources> | undefined
  /** Seconds since 1970 in place of the release's own date (SOURCE_DATE_EPOCH). */
  epochOverride?: number | undefined
  watch: Omit<BuildWatch, 'onConfigured' | 'onPatched'> & {onPreparing: (what: string) => void}
  signal: AbortSignal
}

/** What has to be known to open the workshop; of those who watch, who is told that it is made ready. */
export type OpeningOptions = Omit<BuildrootBaseOptions, 'watch'> & {watch: Pick<BuildrootBaseOptions['watch'], 'onPreparing'>}

/** buildroot.engine for this machine's own tools. */
export const NO_CONTAINER = 'none'
const DOCKERFILE = 'Dockerfile'

/** What the builder image is made of. */
export function recipeOf({builderFiles, builderBase}: OpeningOptions): BuilderRecipe {
  return {dockerfile: builderFiles.get(DOCKERFILE)?.toString() ?? '', files: new Map(), ...builderBase !== undefined && {base: builderBase}}
}

/** A script of board/builder/. */
export function builderText({builderFiles}: OpeningOptions, name: string): string {
  const content = builderFiles.get(name)
  if (!content) throw new BrmcError('INTERNAL', `board/builder/${name} is not part of this package`)
  return content.toString()
}
