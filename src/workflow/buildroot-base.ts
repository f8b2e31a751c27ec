import {availableParallelism, totalmem} from 'node:os'
import {join} from 'node:path'

import type {OpeningOptions} from '../base/buildroot/base-options.js'
import {makeBuildrootBase} from '../base/buildroot/write-base.js'
import {run} from '../process/run.js'
import {runInTerminal} from '../process/run-in-terminal.js'
import {web} from '../process/web.js'
import {readPins} from '../tree/read-pins.js'
import {keepPins} from '../tree/write-pins.js'
import type {TemplateSet} from '../tree/template-set.js'
import type {BaseRequest, MadeBase} from './base-request.js'
import {watchBuild} from './build-watch.js'
import type {Show} from './reporting.js'

const GIBIBYTE = 1024 ** 3
/** What a compiler of C++ may take. */
const GIBIBYTES_PER_JOB = 1.5
const BUILDER_FOLDER = 'board/builder/'

/** The base that Buildroot makes, with progress in words; the whole log is kept beside it. */
export async function buildrootBase(request: BaseRequest, show: Show): Promise<MadeBase> {
  const watch = await watchBuild(join(request.folder, 'build', 'buildroot', request.deployment.board), show)
  try {
    if (await keepPins(request.folder)) show.note('brmc.pins.json is written: Buildroot, kernel and firmware stay as they are until brmc upgrade')
    return {...await makeBuildrootBase({...await buildSettings(request), watch}), warnings: []}
  } finally {
    await watch.close()
  }
}

/** All that a build is told of project and machine. */
export async function buildSettings({deployment, folder, templates, epochOverride, sources, reporting: {signal}}: BaseRequest): Promise<Omit<OpeningOptions, 'watch'>> {
  return {
    wish: deployment,
    pins: await readPins(folder),
    projectFolder: folder,
    cacheFolder: join(folder, 'build'),
    builderFiles: builderFiles(templates),
    ...builderBase(process.env),
    jobs: Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / GIBIBYTE / GIBIBYTES_PER_JOB))),
    user: callingUser(process.env),
    environment: process.env,
    programs: {run, runInTerminal},
    fetch: web,
    epochOverride,
    sources,
    signal,
  }
}

function builderFiles(templates: TemplateSet): Map<string, Buffer> {
  return new Map([...templates].flatMap(([path, content]) => path.startsWith(BUILDER_FOLDER) ? [[path.slice(BUILDER_FOLDER.length), content]] : []))
}

/** For machines without a registry: an image that is there already. */
function builderBase({BRMC_BUILDER_BASE: base}: NodeJS.ProcessEnv): {builderBase?: string} {
  return base === undefined || base === '' ? {} : {builderBase: base}
}

function callingUser({SUDO_UID: sudoUid, SUDO_GID: sudoGid}: NodeJS.ProcessEnv): {uid: number, gid: number, sudoUid?: number, sudoGid?: number} {
  return {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    ...sudoUid !== undefined && {sudoUid: Number(sudoUid)},
    ...sudoGid !== undefined && {sudoGid: Number(sudoGid)},
  }
}
