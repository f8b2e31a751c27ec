import {join} from 'node:path'

import {readBundle} from '../../src/base/write-bundle.js'
import {run} from '../../src/process/run.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {composeImage} from '../../src/workflow/compose-image.js'
import {chooseDeployments, openProject} from '../../src/workflow/open-project.js'

// Composes one deployment of the project in argv[2] on the base in argv[4] and prints what that alone took, in seconds: CPU, then wall. A fresh process: nothing is warm.
const [, , folder = '.', name = 'default', baseFolder = ''] = process.argv
const bundle = await readBundle(baseFolder)
const project = await openProject(folder)
const [chosen] = chooseDeployments(project, [name])
if (!bundle || !chosen) throw new Error('usage: compose-once <project> <deployment> <base folder>')
const templates = await readTemplates()
const before = process.cpuUsage()
const started = performance.now()
await composeImage({
  ...chosen, project, base: {bundle, folder: baseFolder}, templates, run, hash: false,
  target: join(folder, 'build/images', name, 'sdcard.img'),
  signal: new AbortController().signal,
})
const {user, system} = process.cpuUsage(before)
console.log((user + system) / 1e6, (performance.now() - started) / 1e3)
