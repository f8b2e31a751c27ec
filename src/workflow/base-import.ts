import type {Bundle} from '../base/bundle.js'
import {bundleSize} from '../base/transport/check-bundle.js'
import {importBundle, type TransferProgress} from '../base/transport/write-import.js'
import {BrmcError} from '../errors.js'
import {makeFolder} from '../files/write-folder.js'
import {run} from '../process/run.js'
import {web} from '../process/web.js'
import {alone, PROJECT_LOCK} from './alone.js'
import {basesFolder} from './base-list.js'
import {mebibytes} from './mebibytes.js'
import {readAndCheck, type OpenProject} from './open-project.js'
import {runSteps, type Reporting} from './reporting.js'

export interface ImportRequest {
  /** Folder of the project, or one below it. */
  folder: string
  /** A file, an address, or an OCI reference with its digest. */
  source: string
  sha256?: string
  reporting: Reporting
}

export interface ImportedBase {
  bundle: Bundle
  warnings: string[]
}

/** A base that was exported elsewhere becomes one of the project's. */
export async function importBase({folder, source, sha256, reporting}: ImportRequest): Promise<ImportedBase> {
  const project = await readAndCheck(folder)
  const bases = basesFolder(project.folder)
  const {bundle} = await alone({folder: project.folder, purpose: PROJECT_LOCK}, reporting, () => runSteps<{bundle?: Bundle}>([{
    title: `Import ${source}`,
    async run(context, show) {
      await makeFolder(bases)
      context.bundle = await importBundle({source, sha256}, {
        folder: bases, run, fetch: web, signal: reporting.signal,
        onProgress: progress => { show.say(progressLine(progress)) },
      })
      const {provider, board, key} = context.bundle
      show.conclude(`Import ${source}: base ${provider} for ${board}, ${mebibytes(bundleSize(context.bundle))} MiB, key ${key.slice(0, 12)}`)
    },
  }], {}, reporting))
  if (!bundle) throw new BrmcError('INTERNAL', 'the import ended without a base')
  return {bundle, warnings: warningsFor(bundle, project)}
}

const STEP_WORDS: Readonly<Record<TransferProgress['step'], string>> = {download: 'downloading', verify: 'comparing its sha256', write: 'writing'}

function progressLine({step, done, total}: TransferProgress): string {
  if (step === 'verify') return STEP_WORDS[step]
  return `${STEP_WORDS[step]}: ${mebibytes(done)}${total === undefined ? '' : ` of ${mebibytes(total)}`} MiB`
}

/** Whether the key fits is known when an image is made; that board or kind of base is wanted by nobody, at once. */
function warningsFor({board, provider}: Bundle, {checked}: OpenProject): string[] {
  const wanted = checked.specs.some(({spec}) => spec.board === board && spec.base === provider)
  return wanted || checked.specs.length === 0 ? [] : [`no deployment of this project is for ${board} with base ${provider}: nothing will use it`]
}
