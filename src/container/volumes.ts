import {rootArguments, type ContainerRun} from './container-arguments.js'
import {ANY_STATUS, type Engine} from './engine.js'
import {engineTrouble} from './engine-trouble.js'
import {runContainer} from './run-container.js'

/** Makes a volume where there is none of that name: docker is content with one that is there, podman 4 is not. */
export async function makeVolume(engine: Engine, volume: string, {label, signal}: {label: string, signal: AbortSignal}): Promise<void> {
  const result = await engine.call(['volume', 'create', `--label=${label}`, volume], {signal, accept: ANY_STATUS})
  if (result.exitCode !== 0 && !result.stderr.includes('already exists')) throw engineTrouble(engine.name, result, {what: `${engine.name} volume create`})
}

/** Gives volumes, which are root's when they are new, to the build's user. */
export async function giveToUser(engine: Engine, container: Pick<ContainerRun, 'engine' | 'image' | 'name' | 'label' | 'mounts' | 'user'>, signal: AbortSignal): Promise<void> {
  const argv = ['/bin/chown', `${container.user.uid}:${container.user.gid}`, ...container.mounts.map(({target}) => target)]
  await runContainer(engine, {name: container.name, args: rootArguments(container, argv, 'CHOWN'), argv}, {signal})
}
