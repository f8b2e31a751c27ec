import {BrmcError} from '../errors.js'

/** Program -> Debian's package, of all that brmc starts. */
const PACKAGES: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  '/usr/lib/apt/apt-helper': 'apt',
  'dpkg-deb': 'dpkg',
  'xz': 'xz-utils',
  'zstd': 'zstd',
  'setpriv': 'util-linux',
  'ssh': 'openssh-client',
  'qemu-system-aarch64': 'qemu-system-arm',
}

/** TOOL_MISSING with the way to get it. */
export function missingTool(file: string, cause?: unknown): BrmcError {
  const name = PACKAGES[file]
  return new BrmcError('TOOL_MISSING', `${file} is not installed`, {
    cause,
    suggestions: [...name === undefined ? [] : [`on Debian: apt-get install --no-install-recommends ${name}`], 'see what is missing with: brmc doctor'],
  })
}
