import {expect} from 'chai'

import {checkProject} from '../../src/spec/check-project.js'
import {formatFindings} from '../../src/spec/format-findings.js'
import type {ProjectText} from '../../src/spec/project-text.js'

const PROJECT = `version: 1
name: router
board: virt
system: {hostname: router}
interfaces:
  wlan0: {role: downstream, address: 10.1.0.1/24}
  usb0: {role: upstream, address: dhcp}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0]}
`

const project = (text: string, deployments: Record<string, string> = {}, more: Partial<ProjectText> = {}): ProjectText => ({
  folder: '/p',
  project: {file: 'brmc.yaml', text},
  deployments: Object.entries(deployments).map(([name, content]) => ({file: `deployments/${name}`, text: content})),
  overlays: {},
  texts: [],
  hasLock: false,
  ...more,
})

const places = (text: ProjectText): string[] => checkProject(text).findings.map(({file, line, column, rule, deployment}) => `${file}:${line}:${column} ${rule}${deployment === undefined ? '' : ` in ${deployment}`}`)

describe('checkProject', () => {
  it('resolves the project file as default, and each deployment laid over it', () => {
    const {findings, deployments, specs} = checkProject(project(PROJECT, {'lab.yaml': 'root: ext4\n', 'bench.yaml': '# the same\n'}))
    expect(findings).to.deep.equal([])
    expect(deployments.map(({name, root}) => `${name} ${root}`)).to.deep.equal(['default ram', 'lab ext4', 'bench ram'])
    expect(specs.map(({name}) => name)).to.deep.equal(['default', 'lab', 'bench'])
  })

  const cases: [string, ProjectText, string[]][] = [
    ['a mistake of the project file is said once', project(PROJECT.replace('225.0.0.1', '224.0.0.1'), {'lab.yaml': 'root: ram\n'}), ['brmc.yaml:10:15 M01']],
    ['a mistake of a deployment is in its file', project(PROJECT, {'lab.yaml': 'interfaces:\n  wlan0: {adress: x}\n'}), ['deployments/lab.yaml:2:11 unknown-key']],
    ['what a deployment breaks elsewhere says which', project(PROJECT, {'lab.yaml': 'interfaces: {usb0: null}\n'}), ['brmc.yaml:10:44 N01 in lab']],
    ['what a deployment takes away and is needed', project(PROJECT, {'lab.yaml': 'board: null\n'}), ['deployments/lab.yaml:1:8 missing-key']],
    ['a broken deployment leaves the others', project(PROJECT, {'a.yaml': 'x: [\n', 'b.yaml': 'root: tape\n'}), ['deployments/a.yaml:2:1 yaml', 'deployments/b.yaml:1:7 bad-value']],
    ['a broken project file, and its deployments as far as they go', project('version: 1\nversion: 1\n', {'a.yaml': 'root: ram\nroot: ram\n'}), ['brmc.yaml:2:1 yaml', 'deployments/a.yaml:2:1 yaml']],
    ['an empty project file', project(''), ['name', 'version', 'board', 'system', 'interfaces'].map(() => 'brmc.yaml:1:1 missing-key')],
    ['reserved names', project(PROJECT, {'default.yaml': '', 'router.yaml': ''}), ['deployments/default.yaml:1:1 deployment-name', 'deployments/router.yaml:1:1 deployment-name']],
    ['names that are no host names', project(PROJECT, {'Lab 1.yaml': '', 'lab.yml': ''}), ['deployments/Lab 1.yaml:1:1 deployment-name', 'deployments/lab.yml:1:1 deployment-name']],
    ['kernel and buildroot in a deployment (N40), whatever they say', project(PROJECT, {
      'a.yaml': `root: ram\nkernel: {source: linux.tar.gz, sha256: ${'a'.repeat(64)}, config: my.config}\n`, 'b.yaml': 'buildroot: null\nkernel: raspberrypi\n', 'c.yaml': 'root: ram\n',
    }), ['deployments/a.yaml:2:1 N40', 'deployments/b.yaml:1:1 N40', 'deployments/b.yaml:2:1 N40']],
    ['kernel and buildroot in the project file', project(`${PROJECT}kernel: raspberrypi\nbuildroot: {jobs: 2}\n`, {'a.yaml': 'root: ram\n'}), []],
    ['schema and rules of all files, by place', project(PROJECT.replace('wlan0, to', 'wlan9, to'), {'lab.yaml': 'multicast: {routes: [{group: 10.0.0.1, from: wlan0, to: [usb0]}]}\nfoo: 1\n'}), ['brmc.yaml:10:32 N01', 'deployments/lab.yaml:2:1 unknown-key']],
  ]
  for (const [title, text, expected] of cases) {
    it(title, () => { expect(places(text)).to.deep.equal(expected) })
  }

  it('gives each deployment the texts of its own overlays, the last one winning', () => {
    const texts = ['one', 'two'].map(name => ({overlay: `overlays/${name}`, path: 'etc/sysctl.d/1.conf', file: `overlays/${name}/etc/sysctl.d/1.conf`, text: 'net.ipv4.conf.all.mc_forwarding=1\n', executable: false}))
    const kinds = {'overlays/one': 'directory', 'overlays/two': 'directory'} as const
    const found = places(project(`${PROJECT}overlays: [overlays/one]\n`, {'lab.yaml': 'overlays: [overlays/two]\n'}, {texts, overlays: kinds}))
    expect(found).to.deep.equal(['overlays/one/etc/sysctl.d/1.conf:1:1 M26', 'overlays/two/etc/sysctl.d/1.conf:1:1 M26 in lab'])
    expect(places(project(PROJECT, {}, {texts, overlays: kinds}))).to.deep.equal([])
  })

  it('shows no secret of any file', () => {
    const leaky = `${PROJECT.replace('address: 10.1.0.1/24', 'address: 10.1.0.1, accessPoint: {ssid: pi, passphrase: hunter2hunter2, country: pt}')}zzz: 1\n`
    const hostapd = {overlay: 'overlays/one', path: 'etc/hostapd.conf', file: 'overlays/one/etc/hostapd.conf', text: 'wpa_passphrase=hunter2hunter2\ninterface=wlan0\nbridge=br0\n', executable: false}
    const {findings, texts} = checkProject(project(leaky, {}, {texts: [hostapd], overlays: {'overlays/one': 'directory'}}))
    expect(findings).to.have.length(3)
    expect(formatFindings(findings, {texts, colour: false}) + [...texts.values()].join('')).not.to.include('hunter2')
  })
})

describe('formatFindings', () => {
  const {findings, texts} = checkProject(project(PROJECT.replace('225.0.0.1', '224.0.0.1'), {'lab.yaml': 'interfaces: {usb0: null}\n'}))

  it('shows place, line, caret, what was seen and what to do', () => {
    expect(formatFindings(findings.slice(0, 1), {texts, colour: false, columns: 80})).to.equal([
      'brmc.yaml:10:15 error M01',
      '  224.0.0.1 never leaves its link: its scope is local network control (RFC',
      '    5771 §4), and the kernel forwards none of it',
      '  10 |     - {group: 224.0.0.1, from: wlan0, to: [usb0]}',
      '     |               ^',
      '  seen: the route was accepted silently and 0 of 5 packets came through, even',
      '    with TTL 255',
      '  → choose a group that routers forward: 225.0.0.0 to 238.255.255.255 or',
      '    239.0.0.0/8, ff05::/16 or ff08::/16',
      '',
    ].join('\n'))
  })

  it('names the deployment where it is not the project file alone', () => {
    expect(formatFindings(findings, {texts, colour: false})).to.include('brmc.yaml:10:44 error N01 (deployment lab)')
  })

  it('is the same text with colours, once they are taken out', () => {
    const coloured = formatFindings(findings, {texts, colour: true})
    expect(coloured).to.include('\u001B[31merror\u001B[39m')
    expect(coloured.replace(/\u001B\[\d+m/g, '')).to.equal(formatFindings(findings, {texts, colour: false}))
  })

  it('fits the screen, and shows the part of a long line around the column', () => {
    const long = `${' '.repeat(300)}# `
    const text = `${PROJECT}x: ["${'y'.repeat(300)}", ${long}\n]\n`
    const {findings: found, texts: shown} = checkProject(project(text))
    const [finding] = found
    const lines = finding ? formatFindings([{...finding, column: 290}], {texts: shown, colour: false, columns: 40}).split('\n') : []
    expect(Math.max(...lines.map(line => line.length))).to.be.at.most(80)
    const caret = lines.find(line => line.endsWith('^'))?.length ?? 0
    expect(lines.find(line => line.startsWith('  11 |'))?.[caret - 1]).to.equal('y')
  })
})
