import {join} from 'node:path'

import {readFolderState} from '../../files/read-folder-state.js'
import {sha256} from '../../files/sha256.js'
import type {CheckedSite} from '../../spec/inventory/check-sites.js'

/** Hash over all that a site is made of: `stem` is that of the deployment it lies over, and covers brmc, the base, the tree and that deployment's overlays. */
export async function inputsOfSite(checked: CheckedSite, {stem, form, folder}: {stem: string, form: string, folder: string}): Promise<string> {
  const {site, document, spec, deployment} = checked
  // What the deployment says of overlays is in its own hash.
  const named = document.value?.['overlays'] === undefined ? [] : deployment.overlays
  const states = await Promise.all(named.map(async path => [path, await readFolderState(join(folder, path)).catch(() => [])] as const))
  // Values may be secrets: only a hash over all of them is kept.
  return sha256(JSON.stringify([stem, form, site.name, site.over, spec, states]))
}
