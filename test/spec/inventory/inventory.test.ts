import {expect} from 'chai'

import {checkProject} from '../../../src/spec/check-project.js'
import {sitesChecker} from '../../../src/spec/inventory/check-sites.js'
import {parseInventory} from '../../../src/spec/inventory/inventory.js'
import type {ProjectText} from '../../../src/spec/project-text.js'

const PROJECT = `version: 1
name: router
board: virt
system: {hostname: router}
interfaces:
  wlan0: {role: downstream, address: 10.1.0.1/24, accessPoint: {ssid: a, passphrase: abcdefgh, country: PT}}
  usb0: {role: upstream, address: dhcp}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0]}
`

const PROJECT_TEXT: ProjectText = {
  folder: '/p',
  project: {file: 'brmc.yaml', text: PROJECT},
  deployments: [{file: 'deployments/lab.yaml', text: 'extends: rural\nroot: ext4\n'}],
  shared: [{file: 'groups/rural.yaml', text: 'multicast: {answerPing: false}\n'}],
  overlays: {},
  texts: [],
  hasLock: false,
}

/** Every site as it would be made, and all that is wrong as `line:column rule`. */
function checked(text: string, project = PROJECT_TEXT) {
  const {deployments} = checkProject(project)
  const {sites, findings, shown} = parseInventory(text, 'sites.csv')
  const checker = sitesChecker(sites, project, deployments)
  const results = sites.map(site => checker.check(site))
  return {
    sites: results.flatMap(result => result.checked ?? []),
    findings: [...findings, ...checker.findings, ...results.flatMap(result => result.findings)].map(({line, column, rule}) => `${line}:${column} ${rule}`),
    messages: [...findings, ...checker.findings, ...results.flatMap(result => result.findings)].map(({message}) => message).join('\n'),
    shown: shown(),
  }
}

describe('an inventory', () => {
  it('lays each row over the deployment that it names, with its groups below', () => {
    const {sites, findings} = checked('site,deployment,system.hostname\nlisbon,,lx\nporto,lab,opo\n')
    expect(findings).to.deep.equal([])
    expect(sites.map(({deployment: {name, hostname, root, answerPing}}) => [name, hostname, root, answerPing])).to.deep.equal([
      ['lisbon', 'lx', 'ram', true], ['porto', 'opo', 'ext4', false],
    ])
  })

  it('means the same as JSON, as a list or a site a line, with maps or with paths', () => {
    const csv = checked('site,deployment,system.hostname,interfaces.wlan0.address\nlisbon,lab,lx,10.9.0.1/24\n').sites
    const list = checked('[{"site": "lisbon", "deployment": "lab", "system": {"hostname": "lx"}, "interfaces.wlan0.address": "10.9.0.1/24"}]').sites
    const lines = checked('{"site": "lisbon", "deployment": "lab", "system.hostname": "lx", "interfaces": {"wlan0": {"address": "10.9.0.1/24"}}}\n').sites
    expect(list.map(({spec}) => spec)).to.deep.equal(csv.map(({spec}) => spec))
    expect(lines.map(({spec}) => spec)).to.deep.equal(csv.map(({spec}) => spec))
  })

  const cells: [what: string, column: string, cell: string, read: (site: ReturnType<typeof checked>['sites'][number]) => unknown, value: unknown][] = [
    ['a number where text is wanted stays as it was written', 'interfaces.wlan0.accessPoint.passphrase', '00420042', ({spec}) => spec.interfaces['wlan0']?.accessPoint?.passphrase, '00420042'],
    ['so do true and null', 'interfaces.wlan0.accessPoint.ssid', 'null', ({spec}) => spec.interfaces['wlan0']?.accessPoint?.ssid, 'null'],
    ['a number where one is wanted', 'interfaces.wlan0.accessPoint.channel', '11', ({spec}) => spec.interfaces['wlan0']?.accessPoint?.channel, 11],
    ['a list', 'interfaces.wlan0.address', '"[10.1.0.1/24, \'fd00::1/64\']"', ({spec}) => spec.interfaces['wlan0']?.address, ['10.1.0.1/24', 'fd00::1/64']],
    ['a list of maps', 'multicast.routes', '"[{group: 239.1.1.1, from: usb0, to: [wlan0]}]"', ({spec}) => spec.multicast.routes[0]?.group, '239.1.1.1'],
    ['what looks like YAML in a text is text', 'interfaces.wlan0.accessPoint.ssid', 'a: b # c', ({spec}) => spec.interfaces['wlan0']?.accessPoint?.ssid, 'a: b # c'],
    ['brackets in a text are text', 'interfaces.wlan0.accessPoint.ssid', '[guest]', ({spec}) => spec.interfaces['wlan0']?.accessPoint?.ssid, '[guest]'],
    ['an empty cell says nothing', 'system.hostname', '', ({spec}) => spec.system.hostname, 'router'],
    ['null takes away', 'interfaces.wlan0.accessPoint', 'null', ({spec}) => spec.interfaces['wlan0']?.accessPoint, undefined],
    ['a key with a dot', 'system.sysctl."net.ipv4.igmp_max_memberships"', '50', ({deployment}) => deployment.sysctl, {'net.ipv4.igmp_max_memberships': '50'}],
  ]
  for (const [what, column, cell, read, value] of cells) {
    it(`reads a cell: ${what}`, () => {
      const {sites: [site], findings} = checked(`site,${column.replaceAll('"', '""').replace(/^.*".*$/, '"$&"')}\nlisbon,${cell}\n`)
      expect(findings.filter(finding => !finding.includes('N41'))).to.deep.equal([])
      expect(site && read(site)).to.deep.equal(value)
    })
  }

  const wrong: Readonly<Record<string, [text: string, expected: string[]]>> = {
    'no column site': ['name,system.hostname\na,b\n', ['1:1 inventory']],
    'a column twice': ['site,system.hostname,system.hostname\na,b,c\n', ['1:22 inventory']],
    'a column that is no path': ['site,system..hostname\na,b\n', ['1:6 inventory']],
    'a cell too many': ['site,system.hostname\na,b,c\n', ['2:5 inventory']],
    'not UTF-8': ['site,system.hostname\na,\uFFFD\n', ['1:1 inventory']],
    'a quote that is not closed': ['site,system.hostname\na,"b\n', ['2:3 inventory']],
    'a row without a name': ['site,system.hostname\n,b\n', ['2:1 N180']],
    'a name that is no host name': ['site\nLisbon 1\n', ['2:1 N180']],
    'a name that would be a path': ['site\n../x\n', ['2:1 N180']],
    'the name of a deployment': ['site\nlab\n', ['2:1 N181']],
    'a name twice': ['site\na\nb\na\n', ['4:1 N181']],
    'a deployment that is not there': ['site,deployment\na,labb\n', ['2:3 N182']],
    'a key that is not there': ['site,system.hostnam\na,b\n', ['2:3 unknown-key']],
    'a key of JavaScript': ['site,__proto__.polluted\na,b\n', ['2:3 unknown-key']],
    'a value that is not right': ['site,interfaces.wlan0.address\na,10.1.0.1/33\n', ['2:3 bad-value']],
    'a value that breaks a rule': ['site,multicast.routes\na,"[{group: 224.0.0.1, from: wlan0, to: [usb0]}]"\n', ['2:3 M01']],
    'another root than its deployment': ['site,root\na,ext4\n', ['2:3 N183']],
    'a package that the base does not have': ['site,multicast.daemon\na,igmpproxy\n', ['2:1 N183']],
    'a kernel': ['site,kernel\na,raspberrypi\n', ['2:3 N40']],
    'JSON that is none': ['[{"site": "a",}]', ['1:1 inventory']],
    'a list of what are no sites': ['[1]', ['1:1 inventory']],
    'a value of the second site in a list': ['[\n  {"site": "a"},\n  {"site": "b", "root": "tape"}\n]\n', ['3:25 bad-value']],
  }
  for (const [what, [text, expected]] of Object.entries(wrong)) {
    it(`says where it is wrong: ${what}`, () => {
      const places = new Set(checked(text).findings)
      expect([...places]).to.include.members(expected)
    })
  }

  const security = (name: string): string => `site,interfaces.wlan0.accessPoint.security\n${name},wpa3\n`
  const keys = 'site,system.ssh.authorizedKeys\na,[ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJVFSqtiC me]\n'
  const on = (base: string): string => `${PROJECT}base: ${base}\n`
  const closed = (base: string): string => on(base).replace('{hostname: router}', '{hostname: router, siteSettings: false}')
  /** Where the deployment is on a base as it is here: is there what a site needs? */
  const bases: Readonly<Record<string, [site: string, project: string, lab: string, refused: boolean]>> = {
    'keys, and nobody could log in': [keys, closed('debian'), '', true],
    'keys, and files of the card may bring some': [keys, on('debian'), '', false],
    'keys, over an SSH server that is always there': [keys, closed('buildroot'), '', false],
    'files of the card that may change it, and nobody could log in': ['site,system.siteSettings\na,true\n', closed('debian'), '', true],
    'WPA3, which Debian\'s hostapd speaks': [security('a'), on('debian'), '', false],
    'WPA3, which no deployment speaks': [security('a'), on('buildroot'), '', true],
    'WPA3, which another deployment speaks': [security('a'), on('buildroot'), 'interfaces: {wlan0: {accessPoint: {security: wpa2+wpa3}}}', false],
    'a package that another deployment has': ['site,packages\na,[tcpdump]\n', on('buildroot'), 'packages: [tcpdump]', false],
    'a package that another deployment has, in a base of its own': ['site,packages\na,[tcpdump]\n', on('debian'), 'packages: [tcpdump]', true],
  }
  for (const [what, [site, text, lab, refused]] of Object.entries(bases)) {
    it(`${refused ? 'refuses' : 'takes'} a site with ${what}`, () => {
      const {findings} = checked(site, {...PROJECT_TEXT, project: {file: 'brmc.yaml', text}, deployments: [{file: 'deployments/lab.yaml', text: `${lab}\n`}]})
      expect(findings.filter(finding => finding.includes('N183'))).to.deep.equal(refused ? ['2:3 N183'] : [])
    })
  }

  it('shows nobody its passphrases', () => {
    const {shown, messages} = checked('site,interfaces.wlan0.accessPoint.passphrase\nlisbon,tell-nobody\nporto,short\n')
    expect(shown).to.include('lisbon,···········').and.include('porto,·····')
    expect(messages).to.include('it is not shown').and.not.include('short')
  })

  it('changes no object of JavaScript', () => {
    checked('site,__proto__.polluted,constructor.prototype.polluted\na,b,c\n')
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
  })
})
