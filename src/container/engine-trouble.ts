import {BrmcError, type ErrorCode} from '../errors.js'
import type {RunResult} from '../process/run.js'
import type {EngineName} from './workshop.js'

interface Trouble {
  /** What docker or podman say (test/container/engine-trouble.test.ts has the recorded words). */
  says: RegExp
  code: ErrorCode
  message: string
  suggestions: readonly string[]
}

const OTHER_ENGINE = 'choose another engine with buildroot.engine in brmc.yaml (docker, podman, none), or take the base debian, which needs none'

const TROUBLES: readonly Trouble[] = [
  {
    says: /no space left on device|disk quota exceeded/i,
    code: 'DISK_FULL',
    message: 'the disk on which the engine keeps images and volumes is full',
    suggestions: ['see what takes the room: docker system df', 'remove what nothing uses any more: docker system prune, docker volume ls --filter label=brmc.input'],
  },
  {
    says: /permission denied while trying to connect|dial unix \S+: connect: permission denied/i,
    code: 'ENGINE_UNAVAILABLE',
    message: 'you may not talk to the docker daemon: its socket belongs to root and to the group docker',
    suggestions: [
      'let your user talk to it (as good as root on this machine): sudo usermod -aG docker $USER',
      'where that is done already, log out and in: a group counts from the next login (at once, in this shell: newgrp docker)',
      'or use podman, which needs no daemon and no group', OTHER_ENGINE,
    ],
  },
  {
    says: /context "[^"]*": context not found|context "[^"]*" does not exist/i,
    code: 'ENGINE_UNAVAILABLE',
    message: "docker's context, by DOCKER_CONTEXT or `docker context use`, does not exist",
    suggestions: ['see those there are: docker context ls', 'go back to this machine: docker context use default'],
  },
  {
    says: anyOf(
      'no such host', 'Could not resolve hostname', 'name resolution', 'i/o timeout', 'no route to host', 'network is unreachable', 'exit status 255', 'TLS handshake', 'x509:',
      'server gave HTTP response to HTTPS client', 'Client sent an HTTP request to an HTTPS server', 'unable to parse docker host', 'invalid bind address',
    ),
    code: 'ENGINE_UNAVAILABLE',
    message: 'the machine that DOCKER_HOST or the docker context names does not answer as an engine',
    suggestions: ['see where docker looks: docker context ls; echo $DOCKER_HOST', 'use the engine of this machine: unset DOCKER_HOST; docker context use default'],
  },
  {
    says: anyOf('Cannot connect to the Docker daemon', 'connection refused', 'error during connect', 'connect: no such file', 'Cannot connect to Podman'),
    code: 'ENGINE_UNAVAILABLE',
    message: 'the docker daemon does not answer: it is not running, or not where docker looks for it',
    suggestions: ['start it: sudo systemctl start docker (Docker Desktop: open it)', 'see where docker looks: docker context ls; echo $DOCKER_HOST', OTHER_ENGINE],
  },
  {
    says: /unexpected EOF|daemon is shutting down|error waiting for container|connection reset by peer|broken pipe/i,
    code: 'ENGINE_UNAVAILABLE',
    message: 'the engine ended while the build ran in it',
    suggestions: ['start it again and repeat the command: what was built is kept, the build goes on where it was'],
  },
  {
    says: anyOf(
      'cannot clone', 'cannot set up namespace', 'newuidmap', 'newgidmap', 'no subuid ranges', 'cannot find UID/GID for user', 'IDs available', 'user namespaces are not enabled',
      'max_user_namespaces',
    ),
    code: 'ENGINE_UNAVAILABLE',
    message: 'podman cannot make containers for your user: rootless containers need user namespaces and a range of user ids',
    suggestions: ['install newuidmap: apt-get install uidmap', 'give your user a range: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER; podman system migrate', OTHER_ENGINE],
  },
  {
    says: /cannot share the host's network namespace when user namespaces are enabled|network \S+ not found|unable to find network/i,
    code: 'ENGINE_UNAVAILABLE',
    message: 'the engine does not have the network that downloads are to use',
    suggestions: ['name one that it has (docker network ls) in the variable BRMC_CONTAINER_NETWORK; bridge is there nearly always'],
  },
  {
    says: /bind source path does not exist|statfs \S+: no such file|mounts denied|is not shared from the host/i,
    code: 'ENGINE_UNAVAILABLE',
    message: 'the engine does not see a folder of this machine',
    suggestions: ['let it see the folder (Docker Desktop: Settings, Resources, File sharing), or keep the build in volumes: leave buildroot.output, downloads and ccache out of brmc.yaml'],
  },
]

function anyOf(...words: readonly string[]): RegExp {
  return new RegExp(words.map(word => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'), 'i')
}

/** What an engine's failure means, in words, with what it said itself. `what`: what was being done, for failures that are not known. */
export function engineTrouble(engine: EngineName, {stdout, stderr, exitCode}: RunResult, {what}: {what: string}): BrmcError {
  const details = wordsOf(stderr === '' ? stdout : stderr)
  const known = TROUBLES.find(({says}) => says.test(stderr === '' ? stdout : stderr))
  if (known) return new BrmcError(known.code, forEngine(known.message, engine), {details, suggestions: known.suggestions.map(text => forEngine(text, engine))})
  return new BrmcError('TOOL_FAILED', `${what} failed with status ${exitCode}`, {details})
}

const LINES_THAT_MATTER = 12

/** The last lines of what an engine said, without its advice on how to use it. */
function wordsOf(output: string): string[] {
  return output.split('\n').filter(line => line.trim() !== '' && !/^(?:See|Run) '.*(?:--help|help)'/.test(line)).slice(-LINES_THAT_MATTER)
}

/** Commands are named by the engine there is; what podman has not, stays docker's. */
const forEngine = (text: string, engine: EngineName): string =>
  engine === 'podman' ? text.replace(/\bdocker (?=system|volume|network)/g, 'podman ').replace('the docker daemon', "podman's machine") : text
