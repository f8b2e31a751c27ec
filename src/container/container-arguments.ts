import {lifelineScript} from './lifeline.js'
import type {Mount} from './places.js'
import type {EngineName} from './workshop.js'

export interface ContainerRun {
  engine: Exclude<EngineName, 'none'>
  image: string
  name: string
  /** Names what the container writes: the next run on it finds what a killed one left. */
  label: string
  user: {uid: number, gid: number}
  mounts: readonly Mount[]
  /** Network by the engine's name for it; absent: none at all. */
  network?: string
  environment?: Readonly<Record<string, string>>
  /**
   * lifeline: standard input stays open as long as brmc lives, and the container ends with it; `inputBytes` of it are the program's own.
   * stream: it is the program's, to its end.
   */
  standardInput: {kind: 'terminal' | 'stream'} | {kind: 'lifeline', inputBytes?: number}
  argv: readonly string[]
}

/** The label by which containers of a build are found again. */
export const OUTPUT_LABEL = 'brmc.output'
/** Made for one question as root of the container, with this capability alone. */
type Capability = 'CHOWN'

/** What every program of the build is told of its surroundings; nothing is inherited. */
export const PLAIN_ENVIRONMENT = {LANG: 'C.UTF-8', HOME: '/tmp'} as const

/** Programs at once have few files open; some close each number they might have had, and engines allow a thousand million. */
const OPEN_FILES = 'nofile=1024:4096'

/**
 * Arguments of docker or podman for one program of the build: the caller's user, no capability, no way to gain one, a root that cannot be written, no network unless
 * named. Every value is an argument of its own, or a field quoted as CSV: none can become an option or a shell's word.
 */
export function containerArguments({engine, image, name, label, user, mounts, network, environment, standardInput, argv}: ContainerRun): string[] {
  const command = standardInput.kind === 'lifeline'
    ? ['/bin/sh', '-c', lifelineScript({group: '-1', inputBytes: standardInput.inputBytes}), 'brmc', ...argv]
    : argv
  return [
    ...confined({engine, name, label, user}),
    '--interactive', ...standardInput.kind === 'terminal' ? ['--tty'] : [],
    `--network=${network ?? 'none'}`,
    ...Object.entries({...PLAIN_ENVIRONMENT, ...environment}).map(([key, value]) => `--env=${key}=${value}`),
    ...mounts.map(mountArgument),
    '--workdir=/tmp',
    '--entrypoint=/usr/bin/tini',
    image, '-g', '--', ...command,
  ]
}

/** Arguments for a short command of the container's root that may do one thing, say, give a new volume to the build's user. */
export function rootArguments(
  {engine, image, name, label, mounts}: Pick<ContainerRun, 'engine' | 'image' | 'name' | 'label' | 'mounts'>, argv: readonly string[], capability: Capability,
): string[] {
  const [program = '', ...rest] = argv
  return [
    ...confined({engine, name, label, user: {uid: 0, gid: 0}}), `--cap-add=${capability}`, '--network=none', ...mounts.map(mountArgument),
    `--entrypoint=${program}`, image, ...rest,
  ]
}

function confined({engine, name, label, user}: Pick<ContainerRun, 'engine' | 'name' | 'label' | 'user'>): string[] {
  return [
    'run', '--rm', '--pull=never', `--name=${name}`, `--label=${OUTPUT_LABEL}=${label}`, '--hostname=brmc-builder',
    `--user=${user.uid}:${user.gid}`, '--cap-drop=ALL', '--security-opt=no-new-privileges',
    // podman: the caller keeps his number inside, and SELinux need not relabel his folders.
    ...engine === 'podman' ? ['--userns=keep-id', '--security-opt=label=disable'] : [],
    '--read-only', '--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777', `--ulimit=${OPEN_FILES}`, '--log-driver=none',
  ]
}

/** A field of CSV (RFC 4180) for each part: folders may have commas, colons and quotes in their names. */
function mountArgument({source, target, readOnly}: Mount): string {
  const fields = 'folder' in source ? ['type=bind', `source=${source.folder}`] : ['type=volume', `source=${source.volume}`]
  return `--mount=${[...fields, `target=${target}`, ...readOnly ? ['readonly'] : []].map(csvField).join(',')}`
}

const csvField = (text: string): string => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
