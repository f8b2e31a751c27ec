import {cp, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {parseAddress} from '../../src/network/address.js'
import {brmc} from './command.js'
import {onAir, type OnAir} from './on-air.js'

const AIR = fileURLToPath(new URL('air', import.meta.url))

/** wlan0 is the first radio of mac80211_hwsim, whose address the name is bound to; air/ makes the second that of a station. */
const ROUTER = `version: 1
name: air
board: virt
base: debian
system: {hostname: air}
packages: [iproute2, iw, tcpdump, wpa_supplicant]
interfaces:
  wlan0:
    role: downstream
    address: [192.168.2.1/24, 'fd00:2::1/64']
    mac: '02:00:00:00:00:00'
    accessPoint: {ssid: air, passphrase: correct horse, country: PT, channel: 6}
  usb0: {role: upstream, address: [10.4.0.1/24, 'fd00:4::1/64']}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0], liftTtl: true}
    - {group: 239.1.2.3, from: usb0, to: [wlan0]}
    - {group: 'ff05::4242', from: wlan0, to: [usb0]}
    - {group: 'ff05::4343', from: usb0, to: [wlan0]}
overlays: [overlays/air]
`

/** What each has of its own: its part of accessPoint. */
const DEPLOYMENTS = {
  wpa2: 'security: wpa2',
  wpa3: 'security: wpa3, multicast: {rate: 12}',
  mixed: 'security: wpa2+wpa3, multicast: {toUnicast: true}',
  stranger: 'passphrase: another horse',
  bridged: 'multicast: {toUnicast: true}',
}

/** The radio as the port of a bridge, which has all else: multicast goes to the stations that joined. */
const BRIDGED = `interfaces:
  br0: {role: downstream, address: [192.168.2.1/24, 'fd00:2::1/64'], bridge: {ports: [wlan0]}}
  wlan0: {role: null, address: null, accessPoint: {${DEPLOYMENTS.bridged}}}
overlays: [overlays/second]
multicast:
  routes:
    - {group: 225.0.0.1, from: br0, to: [usb0], liftTtl: true}
    - {group: 239.1.2.3, from: usb0, to: [br0]}
    - {group: 'ff05::4242', from: br0, to: [usb0]}
    - {group: 'ff05::4343', from: usb0, to: [br0]}
`

/** IEEE 802.11-2020 table 9-151: the key management a station came in with. */
const AKM = {psk: '00-0f-ac-2', sae: '00-0f-ac-8'}
const STATION_MAC = '52:54:00:40:00:01'
const SECOND_MAC = '52:54:00:40:00:02'

describe('a station on encrypted Wi-Fi, through a booted image', function () {
  this.timeout(1_200_000)
  let project: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-air-'))
    await writeFile(join(project, 'brmc.yaml'), ROUTER)
    await cp(AIR, join(project, 'overlays/air'), {recursive: true})
    await mkdir(join(project, 'deployments'))
    for (const [name, own] of Object.entries(DEPLOYMENTS)) await writeFile(join(project, `deployments/${name}.yaml`), `interfaces: {wlan0: {accessPoint: {${own}}}}\n`)
    // A station that knows WPA2 alone, where both are offered.
    const station = (await readFile(join(AIR, 'etc/station.conf'), 'utf8')).replace('WPA-PSK SAE', 'WPA-PSK').replace('ieee80211w=1', 'ieee80211w=0')
    await mkdir(join(project, 'overlays/old/etc'), {recursive: true})
    await writeFile(join(project, 'overlays/old/etc/station.conf'), station)
    await writeFile(join(project, 'deployments/mixed.yaml'), `overlays: [overlays/old]\n${await readFile(join(project, 'deployments/mixed.yaml'), 'utf8')}`)
    // br0 comes after usb0, and so does its host.
    await mkdir(join(project, 'overlays/second/etc'), {recursive: true})
    await writeFile(join(project, 'overlays/second/etc/station.mac'), `${SECOND_MAC}\n`)
    await writeFile(join(project, 'deployments/bridged.yaml'), BRIDGED)
    const made = await brmc(['image', ...Object.keys(DEPLOYMENTS)], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => rm(project, {recursive: true, force: true}))

  const image = (name: keyof typeof DEPLOYMENTS): string => join(project, 'build/images', name, 'sdcard.img')
  const stations = async ({console}: OnAir): Promise<string> => (await console.command('hostapd_cli -p /run/hostapd -i wlan0 all_sta')).output

  /** One packet of 239.1.2.3 from the host behind usb0. */
  function send({lab}: OnAir): void {
    const [source, destination] = ['10.4.0.2', '239.1.2.3'].map(text => parseAddress(text))
    if (source && destination) lab.act({kind: 'datagram', on: 'usb0', key: 'air', source, destination, ttl: 9, sourcePort: 40_000, destinationPort: 5000})
  }

  it('WPA2: multicast passes in both directions, IPv4 and IPv6, to all stations at once', async () => {
    await onAir(image('wpa2'), async air => {
      expect(await stations(air)).to.include(STATION_MAC).and.include('AUTHORIZED').and.include(AKM.psk)
      expect(await air.failed()).to.deep.equal([])
      expect(air.seen('239.1.2.3').filter(({on}) => on === 'wlan0').map(({destinationMac}) => destinationMac)).to.include('01:00:5e:01:02:03')
    })
  })

  it('WPA3: the same by SAE with protected management frames, at the rate the file says; hostapd killed is back within two seconds, and so is the station', async () => {
    await onAir(image('wpa3'), async air => {
      expect(await stations(air)).to.include('AUTHORIZED').and.include('[MFP]').and.include(AKM.sae)
      expect(await air.failed()).to.deep.equal([])

      const heard = air.console.command('/usr/bin/ip link set hwsim0 up; timeout 20 tcpdump -n -i hwsim0 -c 5 wlan addr1 01:00:5e:01:02:03 2>/dev/null', 60_000)
      for (let count = 0; count < 100; count++) {
        send(air)
        await sleep(100)
      }

      expect([...(await heard).output.matchAll(/\b(\d+\.\d) Mb\/s/g)].map(([, rate]) => rate)).to.deep.equal(['12.0', '12.0', '12.0', '12.0', '12.0'])

      const killed = 'old=$(pidof hostapd); kill -9 $old; read -r before _ </proc/uptime; until pidof hostapd >/dev/null; do usleep 50000; done; read -r after _ </proc/uptime; '
        + 'echo took $before $after; until hostapd_cli -p /run/hostapd -i wlan0 all_sta 2>/dev/null | grep -q AUTHORIZED; do sleep 1; done; echo back'
      const {output} = await air.console.command(killed, 120_000)
      const [, before, after] = /took (\S+) (\S+)/.exec(output) ?? []
      expect(Number(after) - Number(before)).to.be.within(0, 2)
      expect(output).to.include('back')
      expect(await air.failed()).to.deep.equal([])
    })
  })

  it('WPA2 and WPA3 at once: a station of old comes in, and gets multicast as unicast', async () => {
    await onAir(image('mixed'), async air => {
      expect(await stations(air)).to.include('AUTHORIZED').and.include(AKM.psk).and.not.include('[MFP]')
      for (let count = 0; count < 10; count++) {
        send(air)
        await sleep(100)
      }

      await sleep(1000)
      const macs = air.seen('239.1.2.3').filter(({on}) => on === 'wlan0').map(({destinationMac}) => destinationMac)
      expect(macs.length).to.be.above(5)
      expect([...new Set(macs)]).to.deep.equal([STATION_MAC])
    })
  })

  it('as the port of a bridge: to each station that joined, by itself', async () => {
    await onAir(image('bridged'), async air => {
      expect(await stations(air)).to.include('AUTHORIZED')
      expect((await air.console.command('cat /sys/class/net/br0/brif/wlan0/multicast_to_unicast')).output).to.match(/^1$/m)
      expect(await air.failed()).to.deep.equal([])
      // A bridge that has just become a querier floods for ten seconds: who joined before has not been asked yet (br_multicast_querier_exists).
      await sleep(10_000)
      const before = air.seen('239.1.2.3').length
      for (let count = 0; count < 10; count++) {
        send(air)
        await sleep(100)
      }

      await sleep(1000)
      const macs = air.seen('239.1.2.3').slice(before).filter(({on}) => on === 'br0').map(({destinationMac}) => destinationMac)
      expect(macs.length).to.be.above(5)
      expect([...new Set(macs)]).to.deep.equal([SECOND_MAC])
    })
  })

  it('with another passphrase the station stays outside, and nothing passes', async () => {
    await onAir(image('stranger'), async air => {
      expect(await stations(air)).to.not.include('AUTHORIZED')
      const failed = (await air.failed(1)).join('\n')
      for (const group of ['225.0.0.1', 'ff05::4242']) expect(failed).to.include(`${group} from wlan0 leaves by usb0`)
      for (const group of ['239.1.2.3', 'ff05::4343']) expect(failed).to.include(`${group} from usb0 leaves by wlan0`)
    })
  })
})
