import {readFileSync, existsSync} from 'node:fs'

import {expect} from 'chai'

import {checkProject} from '../../src/spec/check-project.js'
import {formatFindings} from '../../src/spec/format-findings.js'

const pages = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/decisions.md', 'docs/multicast.md', 'docs/bases.md', 'docs/shared-cache.md', 'docs/remote-engine.md', 'docs/buildroot.md', 'docs/deployments.md', 'docs/secrets.md', 'docs/overlays.md']
const [project = '', deployment = ''] = [...readFileSync('README.md', 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text)

describe('the README', () => {
  it('shows a file and a deployment in which brmc check finds nothing', () => {
    const {findings, deployments, texts} = checkProject({
      folder: '/project',
      project: {file: 'brmc.yaml', text: project},
      deployments: [{file: 'deployments/porto.yaml', text: deployment}],
      overlays: {'overlays/porto': 'directory'},
      texts: [],
      hasLock: false,
    })
    expect(formatFindings(findings, {texts, colour: false})).to.equal('')
    expect(deployments.map(({name, hostname}) => `${name} ${hostname}`)).to.deep.equal(['default mcast-router', 'porto porto'])
  })
})

describe('the documents', () => {
  for (const page of pages) {
    it(`${page} leads to files that are there`, () => {
      const folder = page.includes('/') ? page.replace(/[^/]+$/, '') : ''
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target ?? '')
      expect(links.filter(target => !existsSync(`${folder}${target}`))).to.deep.equal([])
    })
  }
})
