import {BrmcError} from '../errors.js'
import {ANY_STATUS, engineOf, type ContainerEngineName, type Engine} from './engine.js'
import {engineTrouble} from './engine-trouble.js'
import type {WorkshopRequest} from './workshop.js'

const INSTALL: Readonly<Record<ContainerEngineName, string>> = {
  docker: 'on Debian: apt-get install --no-install-recommends docker.io',
  podman: 'on Debian: apt-get install podman uidmap slirp4netns fuse-overlayfs',
}

/**
 * The engine that was asked for, or with auto the first that answers: docker, then podman. Throws BrmcError ENGINE_UNAVAILABLE with what is wrong with each
 * and the ways out.
 */
export async function findEngine({engine, programs, environment, signal}: Pick<WorkshopRequest, 'programs' | 'environment' | 'signal'> & {engine: ContainerEngineName | 'auto'}): Promise<Engine> {
  const candidates: readonly ContainerEngineName[] = engine === 'auto' ? ['docker', 'podman'] : [engine]
  const troubles: BrmcError[] = []
  for (const name of candidates) {
    const found = engineOf(name, programs, environment)
    const trouble = await troubleOf(found, signal)
    if (!trouble) return found
    troubles.push(trouble)
  }

  throw summary(candidates, troubles)
}

/** Asks the engine for its server's version; podman without a daemon answers for itself. */
async function troubleOf(engine: Engine, signal: AbortSignal): Promise<BrmcError | undefined> {
  try {
    const result = await engine.call(['info', '--format', engine.name === 'docker' ? '{{json .ServerVersion}}' : '{{json .Version.Version}}'], {accept: ANY_STATUS, signal})
    if (result.exitCode === 0 && /^"[^"]+"/.test(result.stdout)) return undefined
    return engineTrouble(engine.name, result, {what: `${engine.name} info`})
  } catch (error) {
    if (!(error instanceof BrmcError) || error.code === 'INTERRUPTED') throw error
    return error.code === 'TOOL_MISSING' ? new BrmcError('ENGINE_UNAVAILABLE', `${engine.name} is not installed`, {cause: error, suggestions: [INSTALL[engine.name]]}) : error
  }
}

function summary(names: readonly ContainerEngineName[], troubles: readonly BrmcError[]): BrmcError {
  const [only, second] = troubles
  if (only && !second) {
    return new BrmcError(only.code === 'TOOL_FAILED' ? 'ENGINE_UNAVAILABLE' : only.code, only.message, {cause: only, details: only.details, suggestions: only.suggestions})
  }

  // What is installed and does not answer is nearer to working than what is not there.
  const near = troubles.filter(({message}) => !message.endsWith('is not installed'))
  return new BrmcError('ENGINE_UNAVAILABLE', 'nothing here can run the container in which Buildroot builds', {
    details: troubles.flatMap(({message, details}, index) => [`${names[index] ?? ''}: ${message}`, ...details.map(line => `  ${line}`)]),
    suggestions: [...new Set((near.length > 0 ? near : troubles).flatMap(({suggestions}) => suggestions))],
  })
}
