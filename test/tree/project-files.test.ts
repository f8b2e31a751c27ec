import {readdirSync, readFileSync} from 'node:fs'

import {expect} from 'chai'

import {checkProject} from '../../src/spec/check-project.js'
import {deploymentJsonSchema, jsonSchema, overlayMetaJsonSchema} from '../../src/spec/json-schema.js'
import {projectFiles} from '../../src/tree/project-files.js'

const FOLDER = new URL('../../board/project/', import.meta.url)
const templates = readdirSync(FOLDER, {recursive: true, encoding: 'utf8'})
  .filter(path => !['deployments', 'overlays'].includes(path))
  .map(path => ({path, text: readFileSync(new URL(path, FOLDER), 'utf8')}))

const ANSWERS = {
  name: 'mcast-router', board: 'raspberrypi4-64', ssid: 'pi', passphrase: 'mango-fjord-42', country: 'PT',
  jsonSchemas: {project: jsonSchema(), deployment: deploymentJsonSchema(), overlayMeta: overlayMetaJsonSchema()},
}

const written = (answers: Partial<typeof ANSWERS> = {}): Map<string, string> =>
  new Map(projectFiles({...ANSWERS, ...answers}, templates).map(({path, content}) => [path, content]))

function checkWritten(files: Map<string, string>): ReturnType<typeof checkProject> {
  return checkProject({
    folder: '/new',
    project: {file: 'brmc.yaml', text: files.get('brmc.yaml') ?? ''},
    deployments: [...files].filter(([path]) => path.startsWith('deployments/')).map(([file, text]) => ({file, text})),
    overlays: {}, texts: [], hasLock: false,
  })
}

describe('a new project', () => {
  it('has these files', () => {
    expect([...written().keys()]).to.deep.equal([
      '.brmc/brmc.schema.json', '.brmc/deployment.schema.json', '.brmc/overlay-meta.schema.json', '.gitignore', 'README.md', 'brmc.yaml', 'deployments/lab.yaml', 'overlays/README.md',
    ])
    expect(written().get('.gitignore')).to.equal('/build/\n/secrets.yaml\n')
    expect(written().get('brmc.yaml')).to.match(/^# yaml-language-server: \$schema=\.\/\.brmc\/brmc\.schema\.json\n/)
  })

  it('has nothing to mend: no error, no warning', () => {
    expect(checkWritten(written()).findings).to.deep.equal([])
  })

  it("is the blog post's router", () => {
    const [router, lab] = checkWritten(written()).deployments
    expect(router?.routes).to.have.length(1)
    expect(router?.routes[0]).to.deep.include({family: 4, from: 'wlan0', to: ['usb0'], liftTtl: true, join: true, ttlThreshold: 1})
    expect(router?.interfaces.map(({name, role, dhcp}) => `${name} ${role} ${dhcp ? 'dhcp' : 'static'}`)).to.deep.equal(['wlan0 downstream static', 'usb0 upstream dhcp'])
    expect(router?.interfaces[0]?.accessPoint).to.deep.include({ssid: 'pi', passphrase: 'mango-fjord-42', country: 'PT', channel: 6})
    expect(router?.nat).to.deep.equal([{from: 'wlan0', to: 'usb0', multicast: 'translate'}])
    expect(lab).to.deep.include({name: 'lab', root: 'ext4', hostname: 'lab'})
    expect(lab?.interfaces.map(({addresses}) => addresses.length)).to.deep.equal([2, 2])
    expect(lab?.interfaces.some(({accessPoint, dhcpServer}) => accessPoint ?? dhcpServer)).to.equal(false)
    expect(lab?.routes.map(({family}) => family)).to.deep.equal([4, 6])
  })

  it('has commented routes that are right when their # is taken off', () => {
    const files = written()
    files.set('brmc.yaml', (files.get('brmc.yaml') ?? '').replace(/^( +)# (- \{group)/gm, '$1$2'))
    const {findings, deployments} = checkWritten(files)
    // IPv6 on an uplink that has its address from DHCP: it is routed, and keeps its source.
    expect(findings.map(({rule, line}) => [rule, files.get('brmc.yaml')?.split('\n')[line - 1]])).to.deep.equal([['N36', '  - {from: wlan0, to: usb0, multicast: translate}']])
    expect(deployments[0]?.routes).to.have.length(4)
  })

  for (const value of ['a: b', '#x#x#x#x', '"quoted"', "it's fine", 'back\\slash', '{flow: 1}', '*alias**', '!tag!tag', '12345678', 'true true', '  spaces  ', '<%= x %>', 'no', 'ünïcode ☃', "'; rm -rf /"]) {
    it(`keeps ${JSON.stringify(value)} a value`, () => {
      const {findings, deployments} = checkWritten(written({ssid: value, passphrase: /^[ -~]{8,}$/.test(value) ? value : 'raspberry'}))
      expect(findings).to.deep.equal([])
      expect(deployments[0]?.interfaces[0]?.accessPoint?.ssid).to.equal(value)
    })
  }

  it('writes NO for Norway in quotes, for readers of YAML 1.1', () => {
    expect(written({country: 'NO'}).get('brmc.yaml')).to.include('country: "NO" ')
    expect(checkWritten(written({country: 'NO'})).findings).to.deep.equal([])
  })
})

interface JsonSchema {
  properties?: Record<string, {description?: string}>
  items?: unknown
  additionalProperties?: unknown
}

describe('JSON Schema', () => {
  it('of brmc.yaml requires what the spec requires', () => {
    expect(jsonSchema()).to.deep.include({required: ['version', 'name', 'board', 'system', 'interfaces'], additionalProperties: false})
    expect(jsonSchema()).to.have.nested.property('properties.board.description')
  })

  it('of a deployment requires nothing but inside lists, and takes null', () => {
    const schema = deploymentJsonSchema()
    expect(schema).not.to.have.property('required')
    expect(schema).to.have.nested.property('properties.board.anyOf[1].type', 'null')
    expect(schema).to.have.property('properties').that.does.not.have.any.keys('kernel', 'buildroot')
    expect(schema).to.have.nested.property('properties.interfaces.anyOf[0].additionalProperties.anyOf[1].type', 'null')
    const accessPoint = 'properties.interfaces.anyOf[0].additionalProperties.anyOf[0].properties.accessPoint.anyOf[0]'
    expect(schema).to.have.nested.property(accessPoint).that.does.not.have.property('required')
    expect(schema).to.have.nested.property('properties.multicast.anyOf[0].properties.routes.anyOf[0].items.required').that.deep.equals(['group', 'from', 'to'])
  })

  it('has a description for every key', () => {
    const missing: string[] = []
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      const {properties, items, additionalProperties} = schema as JsonSchema
      for (const [key, value] of Object.entries(properties ?? {})) {
        if (value.description === undefined) missing.push(`${at}.${key}`)
        walk(value, `${at}.${key}`)
      }

      walk(items, `${at}[]`)
      walk(additionalProperties, `${at}.*`)
    }

    walk(jsonSchema(), '')
    expect(missing).to.deep.equal([])
  })
})
