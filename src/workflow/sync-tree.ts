import {join} from 'node:path'

import {readTextIfThere} from '../files/read-text.js'
import {applyPlan, type TouchedFile} from '../sync/apply-plan.js'
import {renderedFiles} from '../sync/rendered-files.js'
import {planSync, type Resolutions, type SyncPlan} from '../sync/plan.js'
import {readManifest, readTreeState} from '../sync/read-tree-state.js'
import {unifiedDiff} from '../sync/unified-diff.js'
import {withoutEachSecret} from '../spec/without-secrets.js'
import {renderTree} from '../tree/catalogue.js'
import {readKernelConfig} from '../tree/read-kernel-config.js'
import {readTemplates} from '../tree/read-templates.js'
import {readPins} from '../tree/read-pins.js'
import {readUserDefconfig} from '../tree/read-user-defconfig.js'
import type {TemplateSet, TreeFile} from '../tree/template-set.js'
import {projectNameOf, type OpenProject} from './open-project.js'

export interface PlannedTree {
  folder: string
  plan: SyncPlan
  files: TreeFile[]
  templates: TemplateSet
}

/** What has to be done to br2-external/ so that it is what the project says; nothing is touched. */
export async function planTree({folder, checked}: OpenProject, resolutions?: Resolutions): Promise<PlannedTree> {
  const templates = await readTemplates()
  const userDefconfig = await readUserDefconfig(folder)
  const files = renderTree({
    project: {name: projectNameOf(checked)},
    deployments: checked.deployments,
    secrets: new Map(checked.specs.map(({name, spec, secrets}) => [name, withoutEachSecret(spec, secrets, name)])),
    templates,
    userDefconfig,
    pins: await readPins(folder),
    ...await readKernelConfig(folder, checked.deployments[0]?.kernel),
  })
  const rendered = renderedFiles(files)
  const manifest = await readManifest(folder)
  const onDisk = await readTreeState(folder, new Set([...manifest.keys(), ...rendered.keys()]))
  return {folder, plan: planSync({manifest, onDisk, rendered, ...resolutions && {resolutions}}), files, templates}
}

/** Does it. Throws TREE_CONFLICT, having written nothing, where both sides changed a file. */
export async function applyTree({folder, plan, files}: PlannedTree, signal?: AbortSignal): Promise<TouchedFile[]> {
  return applyPlan(folder, plan, files, signal)
}

/** How the files on disk differ from what would be generated now; only those named, where some are. */
export async function diffTree({folder, plan, files}: PlannedTree, paths: readonly string[]): Promise<{path: string, diff: string}[]> {
  const rendered = new Map(files.filter(({secrets}) => secrets === undefined).map(file => [file.path, file.content.toString()]))
  const differing = plan.filter(({path, action}) => (paths.length === 0 ? action !== 'keep' && action !== 'adopt' && action !== 'forget' : paths.includes(path)))
  const diffs = await Promise.all(differing.map(async ({path}) => {
    const before = await readTextIfThere(join(folder, path))
    const after = rendered.get(path)
    return {path, diff: unifiedDiff({
      from: before === undefined ? '/dev/null' : `a/${path}`,
      to: after === undefined ? '/dev/null' : `b/${path}`,
      before: before ?? '',
      after: after ?? '',
    })}
  }))
  return diffs.filter(({diff}) => diff !== '')
}
