import {join} from 'node:path'

import {makeDebianBase, type BaseProgress} from '../base/debian/write-base.js'
import {run} from '../process/run.js'
import {contentOf} from '../tree/template-set.js'
import type {BaseRequest, MadeBase} from './base-request.js'
import {mebibytes} from './mebibytes.js'
import type {Show} from './reporting.js'

/** The base of Debian's packages, with progress in words. */
export async function debianBase({deployment, folder, templates, epochOverride, reporting: {signal}}: BaseRequest, show: Show): Promise<MadeBase> {
  return makeDebianBase({
    deployment,
    projectFolder: folder,
    cacheFolder: join(folder, 'build'),
    run,
    initScript: contentOf(templates, 'board/common/initramfs/init', {}).toString(),
    epochOverride,
    onProgress: progress => { show.say(progressLine(progress)) },
    signal,
  })
}

const STEP_WORDS: Readonly<Record<BaseProgress['step'], string>> = {
  index: 'reading the package index',
  packages: 'downloading packages',
  unpack: 'unpacking',
  modules: 'choosing kernel modules',
  write: 'writing the base',
}

function progressLine({step, done, total}: BaseProgress): string {
  return step === 'packages' ? `${STEP_WORDS[step]}: ${mebibytes(done)} of ${mebibytes(total)} MiB` : STEP_WORDS[step]
}
