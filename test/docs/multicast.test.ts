import {readFileSync} from 'node:fs'

import {expect} from 'chai'

import {checkProject} from '../../src/spec/check-project.js'
import {deploymentJsonSchema, jsonSchema, overlayMetaJsonSchema} from '../../src/spec/json-schema.js'
import {rules} from '../../src/spec/rules/index.js'
import {deploymentFiles} from '../../src/tree/deployment-catalogue.js'
import {projectFiles} from '../../src/tree/project-files.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {contentOf, sourcesBelow} from '../../src/tree/template-set.js'

const page = readFileSync('docs/multicast.md', 'utf8')

/** The files of the deployment `default` of a project that brmc init has just written, by path in the root. */
async function filesOfNewProject(): Promise<Map<string, string>> {
  const templates = await readTemplates()
  const texts = sourcesBelow(templates, 'board/project').map(({source}) => ({path: source.replace('board/project/', ''), text: (templates.get(source) ?? '').toString()}))
  const answers = {name: 'lisbon', board: 'raspberrypi4-64', ssid: 'pi', passphrase: 'correct horse', country: 'PT', jsonSchemas: {project: jsonSchema(), deployment: deploymentJsonSchema(), overlayMeta: overlayMetaJsonSchema()}}
  const text = projectFiles(answers, texts).find(({path}) => path === 'brmc.yaml')?.content ?? ''
  const {deployments: [deployment]} = checkProject({folder: '/project', project: {file: 'brmc.yaml', text}, deployments: [], overlays: {}, texts: [], hasLock: false})
  if (!deployment) throw new Error('a new project has a deployment')
  return new Map(deploymentFiles(deployment).map(({template, target, model}) => [target, contentOf(templates, `overlays/deployment/${template}`, model).toString()]))
}

describe('docs/multicast.md', () => {
  const quoted = [...page.matchAll(/^```\w+ (\S+)\n([^]*?)^```$/gm)].flatMap(([, path = '', body = '']) => body.trimEnd().split('\n').map(line => ({path, line})))

  it('quotes the generated files', () => {
    expect(new Set(quoted.map(({path}) => path))).to.have.keys('etc/nftables.conf', 'etc/smcroute.conf', 'etc/sysctl.d/brmc.conf', 'etc/brmc/interfaces')
  })

  for (const {path, line} of quoted) {
    it(`${path} of a new project has: ${line}`, async () => {
      const lines = (await filesOfNewProject()).get(path)?.split('\n').map(one => one.trim())
      expect(lines).to.include(line)
    })
  }

  it('calls rules by their names', () => {
    const named = [...page.matchAll(/\b([MN]\d\d) ([a-z][A-Za-z0-9]+)\)/g)].map(([, id, name]) => `${id ?? ''} ${name ?? ''}`)
    expect(named).to.have.length.above(10)
    expect(rules.map(({id, name}) => `${id} ${name}`)).to.include.members(named)
  })
})
