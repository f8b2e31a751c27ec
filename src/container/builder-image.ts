import {createHash} from 'node:crypto'

import {BrmcError} from '../errors.js'
import {ANY_STATUS, type Engine} from './engine.js'
import {engineTrouble} from './engine-trouble.js'
import type {BuilderRecipe} from './workshop.js'

const BUILDER_NAME = 'brmc-builder'

const DIGITS = 16

/** Name of the image by all that it is made of: equal recipes, equal name. Framed, so that no two recipes read alike. */
export function builderTag({dockerfile, files, base}: BuilderRecipe): string {
  const hash = createHash('sha256')
  const add = (text: string | Uint8Array): void => { hash.update(`${text.length} `).update(text) }
  add(Buffer.from(dockerfile))
  add(Buffer.from(base ?? ''))
  for (const name of [...files.keys()].sort()) {
    add(Buffer.from(name))
    add(files.get(name) ?? '')
  }

  return `${BUILDER_NAME}:${hash.digest('hex').slice(0, DIGITS)}`
}

/** Whether the engine has the image. */
export async function hasImage(engine: Engine, tag: string, signal: AbortSignal): Promise<boolean> {
  const result = await engine.call(['image', 'inspect', '--format', '{{.Id}}', tag], {accept: ANY_STATUS, signal})
  if (result.exitCode === 0) return true
  if (/no such image|image not known|unable to find/i.test(result.stderr)) return false
  throw engineTrouble(engine.name, result, {what: `${engine.name} image inspect`})
}

export interface ImageBuild {
  tag: string
  /** Folder with the Dockerfile and its files. */
  context: string
  base?: string | undefined
  network: string
  /** http_proxy and the like, for apt. */
  proxies: Readonly<Record<string, string>>
  signal: AbortSignal
  onLine: (line: string) => void
}

/** Builds the image. Throws BrmcError ENGINE_UNAVAILABLE with the lines that matter: most often there is no way to the registry or to Debian's packages. */
export async function buildImage(engine: Engine, {tag, context, base, network, proxies, signal, onLine}: ImageBuild): Promise<void> {
  const args = [
    'build', `--tag=${tag}`, `--network=${network}`, ...base === undefined ? [] : [`--build-arg=BASE=${base}`],
    ...Object.entries(proxies).map(([key, value]) => `--build-arg=${key}=${value}`), context,
  ]
  const result = await engine.call(args, {signal, onLine, accept: ANY_STATUS})
  if (result.exitCode === 0) return
  const trouble = engineTrouble(engine.name, result, {what: `${engine.name} build`})
  if (trouble.code === 'DISK_FULL') throw trouble
  throw new BrmcError('ENGINE_UNAVAILABLE', 'the builder image, Debian with what Buildroot needs, could not be made', {
    cause: trouble,
    details: trouble.details,
    suggestions: [
      `without a way to a registry: make a Debian image yourself (debootstrap --variant=minbase trixie DIR; tar -C DIR -c . | ${engine.name} import - my-debian) and name it in BRMC_BUILDER_BASE`,
      'behind a proxy: set http_proxy and https_proxy; where containers have another network: BRMC_CONTAINER_NETWORK=bridge',
    ],
  })
}

/** Removes builder images other than `tag`, but for those that something uses. */
export async function pruneImages(engine: Engine, tag: string, signal: AbortSignal): Promise<void> {
  const {stdout} = await engine.call(['images', '--format', '{{.Repository}}:{{.Tag}}', BUILDER_NAME], {signal})
  const old = stdout.split('\n').map(name => name.replace(/^localhost\//, '')).filter(name => /^brmc-builder:[0-9a-f]{16}$/.test(name) && name !== tag)
  if (old.length > 0) await engine.call(['rmi', ...old], {accept: ANY_STATUS, signal})
}
