import {join} from 'node:path'

import {fetchBuildroot} from '../base/buildroot/fetch-buildroot.js'
import {fetchNewestRelease} from '../base/buildroot/fetch-release.js'
import {readCheckoutPins, readReleasePins} from '../base/buildroot/read-release.js'
import {SHIPPED_PINS, type Pins} from '../boards/pins.js'
import {BrmcError} from '../errors.js'
import {run} from '../process/run.js'
import type {Web} from '../process/web.js'
import {readPins} from '../tree/read-pins.js'
import {writePins} from '../tree/write-pins.js'
import {alone, PROJECT_LOCK} from './alone.js'
import {mebibytes} from './mebibytes.js'
import type {OpenProject} from './open-project.js'
import {runSteps, type Reporting, type Show} from './reporting.js'
import {changesBetween, type VersionChange} from './version-change.js'

interface PinsRequest {
  /** A checkout to read the pins off, absolute; absent: the newest point release there is. */
  buildroot?: string
  fetch: Web
}

/** Pins what one release of Buildroot was tried with, all together, and tells what that changes. */
export async function upgradePins({folder}: OpenProject, request: PinsRequest, reporting: Reporting): Promise<VersionChange[]> {
  const done = await alone({folder, purpose: PROJECT_LOCK}, reporting, () => runSteps<{changes?: VersionChange[]}>([{
    title: request.buildroot === undefined ? 'Ask for the newest release of Buildroot' : `Read the pins off ${request.buildroot}`,
    async run(context, show) {
      const before = await oldPins(folder)
      const pins = request.buildroot === undefined
        ? await newestPins(before, {folder, fetch: request.fetch, signal: reporting.signal, show})
        : withHash(await readCheckoutPins(request.buildroot, run), before)
      context.changes = changesBetween(namesOf(before), namesOf(pins))
      await writePins(folder, pins)
    },
  }], {}, reporting))
  return done.changes ?? []
}

/** A file that cannot be used any more is as good as none: it is about to be replaced. */
async function oldPins(folder: string): Promise<Pins> {
  return readPins(folder).catch((error: unknown) => {
    if (error instanceof BrmcError && error.code === 'PACKAGE_LOCK_STALE') return SHIPPED_PINS
    throw error
  })
}

async function newestPins(before: Pins, {folder, show, ...web}: {folder: string, fetch: Web, signal: AbortSignal, show: Show}): Promise<Pins> {
  const release = await fetchNewestRelease(before.buildroot.version, web)
  const pinned = before.buildroot
  if (release.version === pinned.version && pinned.sha256 !== undefined) {
    if (release.sha256 === pinned.sha256) return before
    throw new BrmcError('PACKAGE_CORRUPT', `Buildroot ${release.version} is listed with another sha256 than the one that is pinned: a release never changes`, {
      details: [`pinned: ${pinned.sha256}`, `listed: ${release.sha256}`], suggestions: ['somebody may have answered in its place: look at what was sent'],
    })
  }

  const source = await fetchBuildroot(release, {
    ...web, folder: join(folder, 'build', 'buildroot'), run,
    onProgress: (done, total) => { show.say(`downloading Buildroot ${release.version}: ${mebibytes(done)} of ${mebibytes(total)} MiB`) },
  })
  return readReleasePins(source, {sha256: release.sha256})
}

/** The release that is pinned already keeps its sha256, which no checkout can tell; a fork that calls itself the same and builds something else does not. */
function withHash(pins: Pins, before: Pins): Pins {
  const same = changesBetween(namesOf(before), namesOf(pins)).length === 0
  return same ? {...pins, buildroot: {...before.buildroot, ...pins.buildroot}} : pins
}

function namesOf({buildroot, kernel, firmware}: Pins): Map<string, string> {
  return new Map([['Buildroot', buildroot.version], ['kernel', kernel.commit], ['firmware', firmware.commit]])
}
