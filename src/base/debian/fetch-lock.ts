import {access, mkdir, readdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../../errors.js'
import type {Run} from '../../process/run.js'
import {parsePrintedUris, parseReleaseDate, parseShownPackages} from './apt-output.js'
import {APT_FOLDERS, aptSettings, aptSource, ARCHITECTURE, DEBIAN_KEYRING, SETTINGS_FILE, SOURCES_FILE, STATUS_FILE, type AptSource} from './apt-settings.js'
import {LockSchema, type Lock} from './lock.js'
import {INDEX_TARGET_FORMAT, mirrorAmong} from './mirror.js'
import {pretendedStatus} from './pretended-packages.js'
import {LOCKABLE_PACKAGES} from './wanted-packages.js'

/** The mirror to fetch from: the deployment's, or else the one this machine's own apt has. Throws BrmcError PACKAGE_UNAVAILABLE. */
export async function findMirror(debian: {mirror?: string | undefined}, run: Run): Promise<string> {
  if (debian.mirror !== undefined) return debian.mirror.replace(/\/+$/, '')
  const {stdout} = await run('apt-get', ['indextargets', '--format', INDEX_TARGET_FORMAT])
  const mirror = mirrorAmong(stdout)
  if (mirror !== undefined) return mirror
  throw new BrmcError('PACKAGE_UNAVAILABLE', "this machine's apt has no Debian archive, and brmc.yaml names none", {
    suggestions: ['name a mirror of Debian in brmc.yaml under debian: mirror:'],
  })
}

/** Writes apt's settings into `folder` (absolute), and says how apt is called to use them. */
export async function writeAptFolder(folder: string): Promise<string[]> {
  await Promise.all(APT_FOLDERS.map(name => mkdir(join(folder, name), {recursive: true})))
  await writeFile(join(folder, SETTINGS_FILE), aptSettings(folder))
  return ['-c', join(folder, SETTINGS_FILE)]
}

/**
 * Asks the archive for every package that a base can need, at the versions it has now. apt checks the Release file's signature by Debian's keys
 * and the index by the Release file. `folder` (absolute) keeps the index, so that the next time only what is new is fetched.
 * Throws BrmcError PACKAGE_UNAVAILABLE, TOOL_MISSING.
 */
export async function fetchLock(source: AptSource, {folder, run, signal}: {folder: string, run: Run, signal?: AbortSignal | undefined}): Promise<Lock> {
  await requireKeyring()
  const settings = await writeAptFolder(folder)
  await writeFile(join(folder, SOURCES_FILE), aptSource(source))
  await writeFile(join(folder, STATUS_FILE), pretendedStatus(ARCHITECTURE))

  const apt = async (program: string, ...args: string[]) => {
    try {
      return (await run(program, [...settings, ...args], signal && {signal})).stdout
    } catch (error) {
      throw explained(error, source)
    }
  }
  // Without Error-Mode apt takes an index that it could not fetch for a warning, and goes on with the old one.
  await apt('apt-get', '-q', '-o', 'APT::Update::Error-Mode=any', 'update')
  const versions = parsePrintedUris(await apt('apt-get', '-qq', '-y', '--print-uris', 'install', ...LOCKABLE_PACKAGES))
  const packages = parseShownPackages(await apt('apt-cache', 'show', ...versions))
  return LockSchema.parse({
    version: 1,
    suite: source.suite,
    components: [...source.components],
    architecture: ARCHITECTURE,
    date: await readReleaseDate(join(folder, 'lists'), source),
    packages,
  } satisfies Lock)
}

async function requireKeyring(): Promise<void> {
  try {
    await access(DEBIAN_KEYRING)
  } catch (cause) {
    throw new BrmcError('TOOL_MISSING', `Debian's archive keys are not installed (${DEBIAN_KEYRING}): without them no package can be trusted`, {
      cause,
      suggestions: ['install the package debian-archive-keyring'],
    })
  }
}

async function readReleaseDate(lists: string, {mirror, suite}: AptSource): Promise<number> {
  const files = (await readdir(lists)).filter(name => name.endsWith(`_dists_${suite}_InRelease`) || name.endsWith(`_dists_${suite}_Release`))
  for (const file of files) {
    const date = parseReleaseDate(await readFile(join(lists, file), 'utf8'))
    if (date !== undefined) return date
  }

  throw new BrmcError('PACKAGE_UNAVAILABLE', `${mirror} does not say when its ${suite} was made (no Release file with a Date)`)
}

function explained(error: unknown, {mirror, suite, components}: AptSource): unknown {
  if (!(error instanceof BrmcError) || error.code !== 'TOOL_FAILED') return error
  const output = error.details.join('\n')
  if (/No space left on device|write error/i.test(output)) return new BrmcError('DISK_FULL', 'the disk is full: the index of packages does not fit', {cause: error, details: error.details})
  return new BrmcError('PACKAGE_UNAVAILABLE', `${mirror} did not give the packages of ${suite} (${components.join(', ')}) for ${ARCHITECTURE}`, {
    cause: error,
    details: error.details.filter(line => /^[EW]:/.test(line)),
    suggestions: [
      'check that the mirror can be reached from here, and that it has this suite and these components',
      'name another one in brmc.yaml under debian: mirror:',
    ],
  })
}
