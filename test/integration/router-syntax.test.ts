import {expect} from 'chai'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {run} from '../../src/process/run.js'
import {accessPoint, labDeployment, networkInterface} from '../lab/deployment.js'
import {filesBelow} from '../lab/files-below.js'
import {renderDeployment} from '../lab/render-deployment.js'

const ROUTER_OVERLAY = fileURLToPath(new URL('../../overlays/router', import.meta.url))

async function scripts(): Promise<string[]> {
  const files = (await filesBelow(ROUTER_OVERLAY)).map(path => join(ROUTER_OVERLAY, path))
  const texts = await Promise.all(files.map(async file => ({file, text: await readFile(file, 'utf8')})))
  return texts.filter(({text}) => text.startsWith('#!/bin/sh\n')).map(({file}) => file)
}

describe("the router's scripts, as other programs read them", () => {
  it('shellcheck finds nothing', async () => {
    const files = await scripts()
    expect(files).to.have.length.above(10)
    await run('shellcheck', ['--shell', 'sh', ...files])
  })

  it('dash and BusyBox parse every script', async () => {
    for (const file of await scripts()) {
      await run('dash', ['-n', file])
      await run('busybox', ['sh', '-n', file])
    }
  })
})

describe('hostapd.conf, as hostapd reads it', function () {
  this.timeout(60_000)
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-hostapd-'))
  })
  after(() => rm(folder, {recursive: true}))

  /** What hostapd holds as SSID and passphrase, in hexadecimal. Without a radio there is no country to wait for, so these lines go. */
  async function readByHostapd(text: string): Promise<{ssid: string, passphrase: string, output: string}> {
    const file = join(folder, 'hostapd.conf')
    await writeFile(file, text.replace(/^(country_code|ieee80211d)=.*\n/gm, '').replace('driver=nl80211', 'driver=none').replace('/run/hostapd', folder))
    const {stdout: output} = await run('unshare', ['--net', 'sh', '-c', 'ip link add wlan0 type veth peer name other; timeout --preserve-status 1 hostapd -dd -K "$1"', 'sh', file], {accept: [0, 1]})
    return {ssid: dumped(output, 'SSID'), passphrase: dumped(output, 'PSK (ASCII passphrase)'), output}
  }

  const hostile: [string, string][] = [
    ['plain', 'correct horse'],
    ['  spaces  ', '  spaces  '],
    ['quo"te', 'quo"te"s'],
    ["$(reboot) `x` 'y'; #", "$(reboot) `x` 'y'; #"],
    ['back\\slash\\n', 'back\\slash\\n'],
    ['wpa=0', 'wpa=0\\nwpa=0'],
    ['café 📡', '#comment'],
    ['"', '""""""""'],
  ]
  for (const [ssid, passphrase] of hostile) {
    it(`${JSON.stringify(ssid)} with ${JSON.stringify(passphrase)}`, async () => {
      const wlan0 = networkInterface('wlan0', [], {accessPoint: accessPoint({ssid, passphrase})})
      const read = await readByHostapd((await renderDeployment(labDeployment({interfaces: [wlan0]}))).get('etc/hostapd/wlan0.conf') ?? '')
      expect(read.output).to.include('AP-ENABLED')
      expect(read).to.include({ssid: Buffer.from(ssid).toString('hex'), passphrase: Buffer.from(passphrase).toString('hex')})
    })
  }

  for (const security of ['wpa2', 'wpa2+wpa3', 'wpa3'] as const) {
    it(`${security}, multicast to unicast, at a rate of its own`, async () => {
      const wlan0 = networkInterface('wlan0', [], {accessPoint: accessPoint({security, multicast: {toUnicast: true, rate: 12}})})
      const {output} = await readByHostapd((await renderDeployment(labDeployment({interfaces: [wlan0]}))).get('etc/hostapd/wlan0.conf') ?? '')
      expect(output).to.include('AP-ENABLED').and.not.match(/unknown configuration item|Invalid|errors? found/)
    })
  }
})

/** The bytes of a `title - hexdump_ascii(len=N):` block: lines of up to 16 pairs. */
function dumped(output: string, title: string): string {
  const [, length = '0', block = ''] = new RegExp(`${title.replace(/[()]/g, '\\$&')} - hexdump_ascii\\(len=(\\d+)\\):\\n((?:     .*\\n)+)`).exec(output) ?? []
  return block.split('\n').map(line => line.slice(5, 5 + 16 * 3).replaceAll(' ', '')).join('').slice(0, Number(length) * 2)
}
