import {cp, mkdir, mkdtemp, open, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'
import {start, type Start} from '../../src/process/start.js'
import type {Spec} from '../../src/spec/schema.js'
import {brmc} from './command.js'
import {onAir, type OnAir} from './on-air.js'

const AIR = fileURLToPath(new URL('air', import.meta.url))
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

/** The station of air/ knows neither the name nor the passphrase of the network that the image has. */
const ROUTER = `version: 1
name: site
board: virt
base: debian
root: ext4
system: {hostname: as-built}
packages: [iproute2, iw, tcpdump, wpa_supplicant]
interfaces:
  wlan0:
    role: downstream
    address: [192.168.2.1/24, 'fd00:2::1/64']
    dhcpServer: {from: 192.168.2.10, to: 192.168.2.50}
    accessPoint: {ssid: as-built, passphrase: another horse, country: PT, channel: 11}
  usb0: {role: upstream, address: dhcp}
nat:
  - {from: wlan0, to: usb0, multicast: translate}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0], liftTtl: true}
    - {group: 239.1.2.3, from: usb0, to: [wlan0]}
`
const ON_AIR = `root: ram
interfaces: {wlan0: {mac: '02:00:00:00:00:00', dhcpServer: null}}
overlays: [overlays/air]
`
const SITE = `system:
  hostname: porto
  ssh:
    authorizedKeys:
      - ${KEY} me@laptop
interfaces:
  wlan0:
    address: 172.16.7.1/20
    dhcpServer: {from: 172.16.7.10, to: 172.16.7.50}
    accessPoint: {ssid: air, passphrase: correct horse, country: DE, channel: 6}
  usb0: {address: 10.4.0.7/24}
`
const TAKEN = 'brmc: brmc-site.yaml: the settings of this site are in effect'
/** What an MBR and a partition of 1 MiB before it take: where the FAT partition begins in every image. */
const BOOT_PARTITION = 1 << 20
const VOLUME_ID = 67

describe('settings on the FAT partition of a finished card, through a booted image', function () {
  this.timeout(900_000)
  let project: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-site-'))
    await writeFile(join(project, 'brmc.yaml'), ROUTER)
    await cp(AIR, join(project, 'overlays/air'), {recursive: true})
    await mkdir(join(project, 'deployments'))
    await writeFile(join(project, 'deployments/air.yaml'), ON_AIR)
    const made = await brmc(['image'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => rm(project, {recursive: true, force: true}))

  /** A copy of a finished card with `text` as its brmc-site.yaml, and a manifest for a router with these settings: what is expected of it. */
  async function cardWith(name: string, deployment: string, text: string, change: (spec: Spec) => void = () => undefined): Promise<string> {
    const folder = join(project, name)
    await mkdir(folder, {recursive: true})
    const image = join(folder, 'sdcard.img')
    await cp(join(project, 'build/images', deployment, 'sdcard.img'), image)
    await writeFile(join(folder, 'site'), text)
    await run('mcopy', ['-i', `${image}@@${BOOT_PARTITION}`, join(folder, 'site'), '::brmc-site.yaml'])
    const manifest = JSON.parse(await readFile(join(project, 'build/images', deployment, 'sdcard.img.json'), 'utf8')) as {spec: Spec}
    change(manifest.spec)
    await writeFile(`${image}.json`, JSON.stringify(manifest))
    return image
  }

  function readdress({interfaces: {wlan0, usb0}}: Spec): void {
    if (!wlan0 || !usb0) throw new TypeError('the router of this test has both')
    wlan0.address = ['172.16.7.1/20', 'fd00:2::1/64']
    usb0.address = '10.4.0.7/24'
    if (wlan0.dhcpServer) Object.assign(wlan0.dhcpServer, {from: '172.16.7.10', to: '172.16.7.50'})
  }

  const output = async ({console}: Pick<OnAir, 'console'>, line: string): Promise<string> => (await console.command(line, 60_000)).output

  it('root in memory: name, key, Wi-Fi and both addresses are in effect; a station that knows what the file says comes in, and multicast passes as translated', async () => {
    const image = await cardWith('taken', 'air', SITE.replace(/.*dhcpServer.*\n/, ''), readdress)
    await onAir(image, async air => {
      expect(air.console.text).to.include(TAKEN)
      expect(await output(air, 'hostapd_cli -p /run/hostapd -i wlan0 all_sta')).to.include('AUTHORIZED')
      expect(await air.failed()).to.deep.equal([])
      expect(await output(air, 'hostname; cat /root/.ssh/authorized_keys; pidof dropbear; cat /etc/hosts')).to.match(/^porto$/m).and.include(`${KEY} me@laptop`).and.match(/^\d+$/m).and.match(/^127\.0\.1\.1 porto$/m)
      expect(await output(air, 'ip -4 addr')).to.include('172.16.7.1/20').and.include('10.4.0.7/24').and.not.include('192.168.2.1')
      expect(await output(air, 'mount; ls -l /root')).to.not.include('vfat')
      expect(await output(air, 'mroute doctor')).to.not.include('settings on the card')
    })
  })

  it('a broken file: each problem is told with its line, on the console and by mroute doctor, and the router is as it was built; a file on another disk counts nothing', async () => {
    const image = await cardWith('broken', 'default', SITE.replace('172.16.7.10', '172.16.0.0').replace('channel: 6', 'channel: 14'))
    const stick = await cardWith('stick', 'default', 'system: {hostname: stranger}\n')
    const disk = await open(stick, 'r+')
    await disk.write(Buffer.from('strn'), 0, 4, BOOT_PARTITION + VOLUME_ID)
    await disk.close()
    const withStick: Start = (file, args, options) => start(file, ['-drive', `file=${stick},if=virtio,format=raw,snapshot=on`, ...args], options)
    await onAir(image, async air => {
      expect(await output(air, 'cat /sys/class/block/vda1/uevent; hexdump -s 67 -n 4 -C /dev/vda1')).to.include('strn')
      expect(air.console.text).to.match(/^brmc: brmc-site\.yaml line 10: .*in DE an access point of this router cannot be on channel 14/m)
        .and.match(/^brmc: brmc-site\.yaml line 9: .*the range holds the router's own address 172\.16\.7\.1/m)
        .and.include('brmc: brmc-site.yaml: nothing of it is in effect, the router runs as it was built')
      expect(await output(air, 'hostname; mroute doctor')).to.match(/^as-built$/m).and.match(/^wrong: settings on the card are not in effect.*line 9:/m)
      expect(await air.failed()).to.deep.equal([])
    }, [], withStick)
  })

  it('ext4: taken over once, routes and gives out addresses as the file says; not again at the next boot, and from the image on where the file has changed', async () => {
    const image = await cardWith('card', 'default', SITE, readdress)
    const untilEnded: Start = (file, args, options) => start(file, args.filter(word => word !== '-no-reboot'), options)
    await onAir(image, async air => {
      const {console} = air
      const boots = async (count: number): Promise<string> => {
        await console.waitFor(new RegExp(`(brmc: ready [\\s\\S]*){${count}}brmc# `), `boot ${count}`, 180_000)
        return console.text.split(/^brmc: init /m).at(-1) ?? ''
      }

      const again = 'sync; reboot; sleep 60'
      expect(await boots(1)).to.include(TAKEN)
      expect(await air.failed()).to.deep.equal([])
      void console.command(again, 1000).catch(() => undefined)
      expect(await boots(2)).to.not.include('brmc-site')
      expect(await output(air, 'hostname; ip -4 addr')).to.match(/^porto$/m).and.include('172.16.7.1/20')
      await output(air, "mkdir -p /mnt; mount -t vfat /dev/vda1 /mnt; echo 'system: {hostname: lisbon}' >/mnt/brmc-site.yaml; umount /mnt")
      void console.command(again, 1000).catch(() => undefined)
      expect(await boots(3)).to.include(TAKEN)
      expect(await output(air, 'hostname; ip -4 addr')).to.match(/^lisbon$/m).and.include('192.168.2.1/24').and.not.include('172.16.7.1')
    }, [], untilEnded)
  })
})
