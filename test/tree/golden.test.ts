import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {SHIPPED_PINS} from '../../src/boards/pins.js'
import {renderTree} from '../../src/tree/catalogue.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {projects} from './projects.js'

// UPDATE_GOLDEN=1 writes the golden files anew; where CI is set too, a change is still a failure.
const GOLDEN = fileURLToPath(new URL('../golden/tree', import.meta.url))
const update = process.env.UPDATE_GOLDEN === '1'

async function readGolden(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => [])
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(paths.map(async path => [relative(folder, path), await readFile(path, 'utf8')] as const)))
}

for (const [name, {name: project, deployments}] of Object.entries(projects)) {
  it(`the tree of the project ${name} is as its golden files say`, async () => {
    const folder = join(GOLDEN, name)
    const golden = await readGolden(folder)
    const rendered = new Map(renderTree({pins: SHIPPED_PINS, project: {name: project}, deployments, templates: await readTemplates()})
      // These are copies (catalogue.test.ts): a second copy here would tell nothing.
      .filter(({path}) => !path.startsWith('br2-external/overlays/router/') && !path.endsWith('device_table.txt'))
      .map(({path, content}) => [path, content.toString()]))
    if (update) {
      await rm(folder, {recursive: true, force: true})
      for (const [path, text] of rendered) {
        await mkdir(dirname(join(folder, path)), {recursive: true})
        await writeFile(join(folder, path), text)
      }
      if (process.env.CI === undefined) return
    }
    expect([...golden.keys()].sort(), 'run UPDATE_GOLDEN=1 npm run test:unit and look at the diff').to.deep.equal([...rendered.keys()].sort())
    for (const [path, text] of rendered) expect(text, path).to.equal(golden.get(path))
  })
}
