import {expect} from 'chai'

import {SHIPPED_PINS} from '../../src/boards/pins.js'
import {fillSecrets} from '../../src/spec/fill-secrets.js'
import {mergeDocuments} from '../../src/spec/merge.js'
import {parseDocument} from '../../src/spec/parse-document.js'
import {resolveDeployment} from '../../src/spec/resolve.js'
import {SpecSchema} from '../../src/spec/schema.js'
import {withoutEachSecret} from '../../src/spec/without-secrets.js'
import {renderedFiles} from '../../src/sync/rendered-files.js'
import {renderTree} from '../../src/tree/catalogue.js'
import {readTemplates} from '../../src/tree/read-templates.js'

const FOLDER = 'br2-external/overlays/deployments/default/'
const text = (address: string, hostname: string): string => `version: 1
name: router
board: virt
system: {hostname: ${hostname}, password: !secret root}
interfaces:
  wlan0: {role: downstream, address: 10.1.0.1/24, accessPoint: {ssid: pi, passphrase: !secret wifi, country: PT}}
  usb0: {role: upstream, address: ${address}}
`

/** What is in the deployment's folder on disk, and what is kept out of it, with the secrets it is made of. */
async function tree(source: string): Promise<{written: string[], withheld: string[]}> {
  const values = new Map(Object.entries({root: 'correct horse', wifi: 'battery staple', host: 'lisbon', uplink: '10.2.0.1/24'}))
  const {value, uses} = fillSecrets(mergeDocuments([parseDocument(source, 'brmc.yaml')]), {values})
  const spec = SpecSchema.parse(value)
  const files = renderTree({
    pins: SHIPPED_PINS, project: {name: 'router'}, deployments: [resolveDeployment(spec, 'default')], templates: await readTemplates(),
    secrets: new Map([['default', withoutEachSecret(spec, uses, 'default')]]),
  })
  return {
    written: [...renderedFiles(files).keys()].filter(path => path.startsWith(FOLDER)).map(path => path.slice(FOLDER.length)),
    withheld: files.flatMap(({path, secrets}) => secrets ? [`${path.slice(FOLDER.length)} ${secrets.join(' ')}`] : []),
  }
}

describe('files that are made of secrets', () => {
  it('are kept out of the tree, and no others', async () => {
    const {written, withheld} = await tree(text('dhcp', 'router'))
    expect(withheld).to.deep.equal(['etc/brmc/root-password root', 'etc/hostapd/wlan0.conf wifi'])
    expect(written).to.include.members(['etc/hostname', 'etc/nftables.conf', 'etc/brmc/interfaces'])
  })

  it('are all those where the value turns up', async () => {
    const {withheld} = await tree(text('dhcp', '!secret host'))
    expect(withheld).to.include.members(['etc/hostname host', 'etc/hosts host'])
  })

  it('are all of the deployment where nothing can stand for the value, and its folder is there still', async () => {
    const {written, withheld} = await tree(text('!secret uplink', 'router'))
    expect(written).to.deep.equal(['.empty'])
    expect(withheld).to.include.members(['etc/hostname uplink', 'etc/hostapd/wlan0.conf uplink wifi'])
  })
})
