import {BrmcError} from '../../errors.js'
import {BOOT_FOLDER, BUNDLE_FILE, BundleSchema, ROOTFS_TAR, type Bundle} from '../bundle.js'
import {bundleKey} from '../key.js'
import {safePath} from './member.js'

/** Bytes: a bundle of all of Buildroot's packages would have a tenth of it. */
export const MAX_BUNDLE_FILE = 1024 * 1024
/** Bytes: no card that a router boots from has a base of that size. */
const MAX_TOTAL = 16 * 1024 ** 3

/**
 * The bundle.json of a base that comes from elsewhere, checked for all that later steps rely on: names that stay in their folder and below 100
 * bytes, a believable size, and the files it speaks of.
 * Throws BrmcError BUNDLE_MISFIT for what this brmc does not know, PACKAGE_CORRUPT for what no brmc wrote.
 */
export function checkBundle(bytes: Buffer): Bundle {
  const json = jsonOf(bytes)
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  if (version === undefined) throw new BrmcError('BUNDLE_MISFIT', `its ${BUNDLE_FILE} does not describe a base`)
  if (version !== 1) {
    throw new BrmcError('BUNDLE_MISFIT', `the base is of version ${JSON.stringify(version)}; this brmc knows version 1`, {suggestions: ['use the brmc that exported it, or a newer one']})
  }

  const parsed = parsedBy(json)
  if (!parsed.success) {
    const keys = [...new Set(parsed.error.issues.map(({path, message}) => `${path.join('.') || BUNDLE_FILE}: ${message}`))]
    throw new BrmcError('BUNDLE_MISFIT', `its ${BUNDLE_FILE} is not as this brmc knows it`, {details: keys.slice(0, 10)})
  }

  for (const problem of [wordsProblem, filesProblem, sizesProblem, keyProblem]) {
    const words = problem(parsed.data)
    if (words !== undefined) throw new BrmcError('PACKAGE_CORRUPT', `its ${BUNDLE_FILE}: ${words}`)
  }

  return parsed.data
}

function parsedBy(json: unknown): ReturnType<typeof BundleSchema.safeParse> {
  try {
    return BundleSchema.safeParse(json)
  } catch (cause) {
    // Nested so deep that no stack holds it.
    throw new BrmcError('PACKAGE_CORRUPT', `its ${BUNDLE_FILE} cannot be read`, {cause})
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new BrmcError('PACKAGE_CORRUPT', `its ${BUNDLE_FILE} is not JSON`, {cause})
  }
}

/** The key names a folder, the release one in the root; names and versions are printed. */
function wordsProblem({key, board, kernelRelease, packages, sourceDateEpoch}: Bundle): string | undefined {
  if (!/^[0-9a-f]{64}$/.test(key)) return 'the key is not a sha256'
  if (!/^[a-z0-9][a-z0-9-]*$/.test(board)) return 'the name of the board is none'
  if (!/^\w[\w.+~-]*$/.test(kernelRelease)) return 'the kernel release is none'
  if (sourceDateEpoch < 0 || sourceDateEpoch > 0xffff_ffff) return 'the date does not fit in 32 bits'
  const odd = packages.find(({name, version}) => !/^[!-~]+$/.test(name) || !/^[!-~]*$/.test(version))
  return odd && `the package ${JSON.stringify(odd.name)} has an odd name or version`
}

function filesProblem({sizes, kernel, initramfs}: Bundle): string | undefined {
  const paths = Object.keys(sizes)
  for (const path of paths) {
    if (safePath(path) !== path || (path !== ROOTFS_TAR && !path.startsWith(`${BOOT_FOLDER}/`))) return `${JSON.stringify(path)} is no file of a base`
  }

  // The partition these go to, FAT, knows no difference between small and capital letters; nor do some disks.
  const folded = paths.map(path => path.toLowerCase()).sort()
  const twice = folded.find((path, index) => folded[index + 1] === path)
  if (twice !== undefined) return `${twice} is named twice`
  const within = folded.find(path => folded.some(other => other.startsWith(`${path}/`)))
  if (within !== undefined) return `${within} is a file and a folder`
  const missing = [ROOTFS_TAR, `${BOOT_FOLDER}/${kernel}`, ...initramfs === undefined ? [] : [`${BOOT_FOLDER}/${initramfs}`]].find(path => !Object.hasOwn(sizes, path))
  return missing && `${missing} is missing`
}

function sizesProblem(bundle: Bundle): string | undefined {
  const total = bundleSize(bundle)
  return total > MAX_TOTAL ? `${total} bytes are not believable` : undefined
}

/** What a base says of its ingredients is what its key was made of. */
function keyProblem({key, ingredients}: Bundle): string | undefined {
  return ingredients === undefined || bundleKey(ingredients) === key ? undefined : 'the key is not that of its ingredients'
}

/** Bytes of all its files but bundle.json. */
export function bundleSize({sizes}: Pick<Bundle, 'sizes'>): number {
  return Object.values(sizes).reduce((sum, size) => sum + size, 0)
}
