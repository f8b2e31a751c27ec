import {expect} from 'chai'

import {checkSchema} from '../../src/spec/check-schema.js'

const RIGHT = {
  version: 1, name: 'router', board: 'virt', system: {hostname: 'router'},
  interfaces: {wlan0: {role: 'downstream', address: '10.1.0.1/24'}},
}

describe('checkSchema', () => {
  it('fills in defaults', () => {
    expect(checkSchema(RIGHT).spec).to.deep.include({base: 'buildroot', root: 'ram', nat: [], packages: [], overlays: []})
  })

  const wlan0 = (more: object): object => ({interfaces: {wlan0: {role: 'downstream', address: '10.1.0.1/24', ...more}}})
  const accessPoint = (more: object): object => wlan0({accessPoint: {ssid: 'pi', passphrase: 'raspberry', country: 'PT', ...more}})
  const cases: [string, object, string, string, RegExp, RegExp][] = [
    ['a misspelt key', wlan0({adress: 'dhcp'}), 'unknown-key', 'interfaces.wlan0.adress', /adress is not a key of interfaces\.wlan0/, /did you mean address\?/],
    ['a swapped letter', {pakcages: []}, 'unknown-key', 'pakcages', /pakcages is not a key of the file/, /did you mean packages\?/],
    ['another spelling', {system: {hostname: 'a', ssh: {authorized_keys: []}}}, 'unknown-key', 'system.ssh.authorized_keys', /authorized_keys/, /did you mean authorizedKeys\?/],
    ['a key in the wrong place', {routes: []}, 'unknown-key', 'routes', /routes is not a key/, /it belongs in multicast\.routes/],
    ['a key nobody knows', {system: {hostname: 'a', zzzzzz: 1}}, 'unknown-key', 'system.zzzzzz', /zzzzzz/, /it can be hostname, password, passwordHash, ssh, siteSettings or sysctl/],
    ['a missing key', {board: undefined}, 'missing-key', 'board', /the file has no board/, /add board \(The board/],
    ['a missing key inside', wlan0({vlan: {parent: 'eth0'}}), 'missing-key', 'interfaces.wlan0.vlan.id', /interfaces\.wlan0\.vlan has no id/, /VLAN id, 1 to 4094/],
    ['a missing version', {version: undefined}, 'missing-key', 'version', /no version/, /add version: 1/],
    ['an unknown board', {board: 'raspberrypi4'}, 'bad-value', 'board', /"raspberrypi4" is not right: it can be raspberrypi3-64, .*did you mean raspberrypi4-64\?/, /board/],
    ['a number for text', {name: 7}, 'bad-value', 'name', /name: the number 7 is not right: it has to be text, so put it in quotes/, /Name/],
    ['a list for a map', {interfaces: []}, 'bad-value', 'interfaces', /a list is not right: it has to be a map/, /Interfaces/],
    ['text for true', {multicast: {answerPing: 'yes'}}, 'bad-value', 'multicast.answerPing', /"yes" is not right: it has to be true or false/, /ping/],
    ['nothing', {packages: null}, 'bad-value', 'packages', /nothing is not right: it has to be a list/, /More programs/],
    ['a bad interface name', {interfaces: {'Wlan 0': {role: 'downstream', address: 'dhcp'}}}, 'bad-key', 'interfaces.Wlan 0', /"Wlan 0" cannot be a name here/, /1 to 15 of a-z/],
    ['a bad name of a setting', {system: {hostname: 'a', sysctl: {'ip forward': 1}}}, 'bad-key', 'system.sysctl.ip forward', /"ip forward" cannot be/, /dotted name/],
    ['a bad setting', {system: {hostname: 'a', sysctl: {'net.ipv4.ip_forward': true}}}, 'bad-value', 'system.sysctl.net.ipv4.ip_forward', /the word true is not right: it has to be a number or text/, /./],
    ['an address without its length', wlan0({address: '10.1.0.1'}), 'bad-value', 'interfaces.wlan0.address', /"10\.1\.0\.1" is not right: not an address with its prefix length/, /dhcp, or/],
    ['one bad address of a list', wlan0({address: ['10.1.0.1/24', '10.1.0.256/24']}), 'bad-value', 'interfaces.wlan0.address.1', /address\[1\]: "10\.1\.0\.256\/24"/, /./],
    ['an address that is a map', wlan0({address: {a: 1}}), 'bad-value', 'interfaces.wlan0.address', /a map is not right: it has to be dhcp, text or a list/, /./],
    ['an empty list of addresses', wlan0({address: []}), 'bad-value', 'interfaces.wlan0.address', /at least 1 entries/, /./],
    ['a channel too high', accessPoint({channel: 999}), 'bad-value', 'interfaces.wlan0.accessPoint.channel', /999 is not right: it has to be at most 177/, /Channel/],
    ['a mirror that is no URL', {debian: {mirror: 'ftp://x'}}, 'bad-value', 'debian.mirror', /http, https or file URL/, /./],
  ]
  for (const [title, patch, rule, path, message, fix] of cases) {
    it(`says in words: ${title}`, () => {
      const {problems = []} = checkSchema({...RIGHT, ...patch})
      expect(problems.map(problem => `${problem.rule} ${problem.path.join('.')}`)).to.deep.equal([`${rule} ${path}`])
      expect(problems[0]?.message).to.match(message)
      expect(problems[0]?.fix).to.match(fix)
    })
  }

  for (const passphrase of [12_345_678, 'hunter2', 'hunter2'.repeat(20), ['hunter2'], {hunter2: 'hunter2'}, true]) {
    it(`does not echo a passphrase that is ${Array.isArray(passphrase) ? 'a list' : typeof passphrase}`, () => {
      const {problems = []} = checkSchema({...RIGHT, ...accessPoint({passphrase})})
      expect(problems.map(({path}) => path.join('.'))).to.deep.equal(['interfaces.wlan0.accessPoint.passphrase'])
      expect(problems[0]?.message).not.to.match(/hunter2|12345678|12_345/)
    })
  }

  it('reports all problems at once', () => {
    expect(checkSchema({...RIGHT, board: 'x', root: 'y', foo: 1, interfaces: {wlan0: {vlan: {}}}}).problems).to.have.length(5)
  })
})
