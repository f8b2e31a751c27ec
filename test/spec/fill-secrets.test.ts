import {expect} from 'chai'

import {checkProject, type CheckedProject} from '../../src/spec/check-project.js'
import {formatFindings} from '../../src/spec/format-findings.js'
import type {ProjectSecrets} from '../../src/spec/fill-secrets.js'
import {withoutSecrets} from '../../src/spec/without-secrets.js'
import {secretForms, hiding} from '../../src/spec/secret-forms.js'

const PROJECT = `version: 1
name: router
board: virt
system: {hostname: !secret host, sysctl: {net.core.somaxconn: !secret number}}
interfaces:
  wlan0: {role: downstream, address: !secret address, accessPoint: {ssid: !secret ssid, passphrase: !secret wifi, country: PT, channel: !secret number}}
  usb0: {role: upstream, address: dhcp}
`
const VALUES = {host: 'canary-host', number: '11', address: '10.77.3.1/24', ssid: 'canary ssid', wifi: 'canary horse'}

const check = (text: string, values: Record<string, string> = VALUES, more: Partial<ProjectSecrets> = {}): CheckedProject => checkProject({
  folder: '/p', project: {file: 'brmc.yaml', text}, deployments: [], overlays: {}, texts: [], hasLock: false, secrets: {values: new Map(Object.entries(values)), ...more},
})

describe('!secret', () => {
  it('stands for its value, as text or as what can stand there', () => {
    const {findings, deployments: [router]} = check(PROJECT)
    expect(findings).to.deep.equal([])
    expect(router).to.include({hostname: 'canary-host'})
    expect(router?.interfaces[0]?.accessPoint).to.include({ssid: 'canary ssid', passphrase: 'canary horse', channel: 11})
    expect(router?.sysctl).to.deep.equal({'net.core.somaxconn': '11'})
  })

  it('knows where secrets are, and gives the spec without them', () => {
    const {specs: [found]} = check(PROJECT)
    expect(found?.secrets.map(({name, path}) => `${name} ${path.join('.')}`)).to.deep.equal([
      'host system.hostname', 'number system.sysctl.net.core.somaxconn', 'address interfaces.wlan0.address',
      'ssid interfaces.wlan0.accessPoint.ssid', 'wifi interfaces.wlan0.accessPoint.passphrase', 'number interfaces.wlan0.accessPoint.channel',
    ])
    const shown = found && withoutSecrets(found.spec, found.secrets)
    expect(JSON.stringify(shown)).not.to.match(/canary|10\.77/)
    expect(shown?.interfaces['wlan0']).to.deep.include({address: {secret: 'address'}})
    expect(shown?.system.hostname).to.equal('withheld')
  })

  const wrong: [string, string, Record<string, string>, string[]][] = [
    ['a secret that nobody gives', PROJECT, {...VALUES, wifi: ''}, ['6:109 bad-value']],
    ['where nothing can be secret', PROJECT.replace('name: router', 'name: !secret host'), VALUES, ['2:15 N151']],
    ['overlays', `${PROJECT}overlays: [!secret host]\n`, VALUES, ['8:20 N151']],
    ['a value instead of a name', PROJECT.replace('!secret wifi', '!secret canary horse'), VALUES, ['6:109 yaml']],
    ['a value that the schema refuses', PROJECT, {...VALUES, wifi: 'canary', ssid: 'canary'.repeat(6)}, ['6:83 bad-value', '6:109 bad-value']],
    ['an address that is none', PROJECT, {...VALUES, address: 'canary'}, ['6:46 bad-value']],
    ['a number that is none', PROJECT, {...VALUES, number: 'canary'}, ['6:145 bad-value']],
    ['a value that a rule refuses', PROJECT.replace('channel: !secret number', 'channel: 6'), {...VALUES, address: '10.77.3.0/24'}, ['6:46 N05']],
    ['a value that a rule of another place quotes', `${PROJECT}nat: [{from: wlan0, to: !secret host}]\n`, VALUES, ['8:33 N01']],
    ['a secret where no key is', PROJECT.replace('ssid: !', 'sid: !'), VALUES, ['6:55 missing-key', '6:69 unknown-key']],
  ]
  for (const [title, text, values, expected] of wrong) {
    it(`says: ${title}; and never the value`, () => {
      const {findings, texts} = check(text, values)
      expect(findings.filter(({severity}) => severity === 'error').map(({line, column, rule}) => `${line}:${column} ${rule}`)).to.deep.equal(expected)
      expect(formatFindings(findings, {texts, colour: false}) + JSON.stringify(findings)).not.to.match(/canary|10\.77/)
    })
  }

  it('is missed at each place, once, with a way out', () => {
    const {findings} = check(PROJECT, {}, {failures: new Map([['wifi', 'the command ended with status 1']])})
    expect(findings.map(({rule, line, column}) => `${rule} ${line}:${column}`)).to.deep.equal(['N150 4:28', 'N150 4:71', 'N150 6:46', 'N150 6:83', 'N150 6:109', 'N150 6:145'])
    expect(findings[4]).to.include({message: 'nobody gives the secret wifi: the command ended with status 1', fix: 'set BRMC_SECRET_WIFI, or write wifi: … into secrets.yaml (docs/secrets.md)'})
  })

  it('with stand-ins is missed only where nothing can stand for it', () => {
    const text = PROJECT.replace('address: !secret address', 'address: 10.0.0.1/24').replace('channel: !secret number', 'channel: 6')
    const {findings, deployments: [router]} = check(text, {}, {standIns: true})
    expect(findings).to.deep.equal([])
    expect(router?.hostname).to.equal('withheld')
    expect(check(PROJECT, {}, {standIns: true}).findings.map(({rule, line, column}) => `${rule} ${line}:${column}`)).to.deep.equal(['N150 6:46', 'N150 6:145'])
  })

  it('shows the name in an excerpt, though the key sounds secret', () => {
    const {findings, texts} = check(PROJECT, {...VALUES, wifi: 'short'})
    expect(formatFindings(findings, {texts, colour: false})).to.include('passphrase: !secret wifi')
  })
})

describe('hiding secrets', () => {
  const hide = hiding(new Map([['wifi', 'corr"ct hörse'], ['pin', '42']]))
  const texts: [string, string][] = [
    ['as it is', 'x corr"ct hörse y'],
    ['as JSON', JSON.stringify({p: 'corr"ct hörse'})],
    ['in hexadecimal', Buffer.from('corr"ct hörse').toString('hex')],
    ['in an address', encodeURIComponent('corr"ct hörse')],
    ...[0, 1, 2].map((offset): [string, string] => [`in base64 behind ${offset} bytes`, Buffer.from(`${'x'.repeat(offset)}corr"ct hörse tail`).toString('base64')]),
  ]
  for (const [title, text] of texts) {
    it(title, () => {
      expect(hide(text)).to.include('(secret wifi)')
      for (const form of secretForms('corr"ct hörse')) expect(hide(text)).not.to.include(form)
    })
  }

  it('an address with what is worked out from it', () => {
    const near = hiding(new Map([['uplink', '10.77.3.1/24'], ['six', 'fd00:77:3::1/64']]))
    expect(near('10.77.3.1 in 10.77.3.0/24, not 10.78.3.1, 1.2.3: fd00:77:3::/64')).to.equal('(from secret uplink) in (from secret uplink), not 10.78.3.1, 1.2.3: (from secret six)')
  })

  it('a short one where it stands alone', () => {
    expect(hide('pin 42, 142 and 4.2')).to.equal('pin (secret pin), 142 and 4.2')
  })
})
