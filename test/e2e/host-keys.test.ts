import {copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile} from 'node:fs/promises'
import {createHash} from 'node:crypto'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'
import {start, type Start} from '../../src/process/start.js'
import {eventually} from '../lab/guest.js'
import {brmc} from './command.js'
import {onAir, type OnAir} from './on-air.js'
import {readWriteLog, type DiskWrite} from './write-log.js'

const ROUTER = `version: 1
name: keys
board: virt
base: debian
root: ram
system: {hostname: keys, ssh: {authorizedKeys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl you@laptop]}}
interfaces:
  wlan0: {role: downstream, address: 192.168.2.1/24}
  usb0: {role: upstream, address: 10.99.2.2/24}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0]}
`
const KEPT = 'brmc-ssh/hostkey'
/** Where the FAT partition begins in every image. */
const BOOT_PARTITION = 1 << 20
const SECTOR = 512
/** The key as dropbear has it, and its sum as sha256sum writes it. */
const KEY_BYTES = 83
const PATIENCE_MS = 60_000

/** What a boot shows from outside and on the console. */
interface Seen {
  shown: string
  said: string[]
  mounts: string
}

describe('SSH host keys of a router whose root is in memory, through a booted image', function () {
  this.timeout(1_800_000)
  let project: string
  let built: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-keys-'))
    await writeFile(join(project, 'brmc.yaml'), ROUTER)
    const made = await brmc(['image'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
    built = join(project, 'build/images/default/sdcard.img')
  })

  after(async () => rm(project, {recursive: true, force: true}))

  /** A card to which the image was written. */
  async function card(name: string): Promise<string> {
    const image = join(project, name, 'sdcard.img')
    await mkdir(join(project, name), {recursive: true})
    await copyFile(built, image)
    await copyFile(`${built}.json`, `${image}.json`)
    return image
  }

  /** Boots from the card, with `drive` as QEMU's words for it, and asks its SSH server from outside by way of one more network card. Ends as by a power cut. */
  async function boot(image: string, drive: readonly string[]): Promise<Seen> {
    const port = await freePort()
    const begin: Start = (file, args, options) => {
      const at = args.indexOf('-drive')
      return start(file, [...args.slice(0, at), ...drive, ...args.slice(at + 2), '-netdev', `user,id=ssh,hostfwd=tcp:127.0.0.1:${port}-:22`, '-device', 'virtio-net-pci,netdev=ssh,mac=02:00:00:00:99:00,romfile='], options)
    }

    return onAir(image, async air => {
      // It runs before it listens, and who asks too early is told at once that nobody is there.
      await output(air, 'n=0; until grep -q ":0016 .* 0A " /proc/net/tcp /proc/net/tcp6 || [ $n = 60 ]; do sleep 1; n=$((n + 1)); done')
      await output(air, 'set -- $(grep -l 02:00:00:00:99:00 /sys/class/net/*/address); i=${1%/address}; i=${i##*/}; ip link set "$i" up; ip addr add 10.0.2.15/24 dev "$i"; nft insert rule inet brmc firewall_input tcp dport 22 accept')
      let stdout = ''
      await eventually('SSH server that answers', async () => {
        // One kind of key, one connection: of five at once QEMU's user network loses one now and then.
        ({stdout} = await run('ssh-keyscan', ['-t', 'ed25519', '-T', '10', '-p', String(port), '127.0.0.1'], {accept: [0, 1]}))
        return stdout !== ''
      }, () => air.console.text, PATIENCE_MS)
      const shown = stdout.split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => line.replace(/^\S+ /, ''))
      return {
        shown: shown.join('\n'),
        // A shell's prompt may stand before it.
        said: [...air.console.text.matchAll(/brmc: (SSH host key: .*?)\r?$/gm)].map(([, line = '']) => line),
        mounts: await output(air, 'cat /proc/mounts; ls -l /etc/dropbear'),
      }
    }, [], begin)
  }

  const output = async ({console}: Pick<OnAir, 'console'>, line: string): Promise<string> => (await console.command(line, 120_000)).output
  const written = (image: string): string[] => ['-drive', `file=${image},if=virtio,format=raw`]

  /** What fsck.vfat finds on the card; nothing where all is well. */
  async function faults(image: string): Promise<string> {
    const partition = `${image}.fat`
    const {stdout} = await run('sfdisk', ['--json', image])
    const {partitiontable} = JSON.parse(stdout) as {partitiontable: {partitions: {size: number}[]}}
    await run('dd', [`if=${image}`, `of=${partition}`, 'bs=512', `skip=${BOOT_PARTITION / SECTOR}`, `count=${partitiontable.partitions[0]?.size ?? 0}`])
    const {exitCode, stdout: told} = await run('fsck.vfat', ['-n', partition], {accept: [0, 1]})
    return exitCode === 0 ? '' : told
  }

  it('the key is made at the first boot and stays: the same from outside at the next; another card has another, the image none; a power cut at any write leaves no key or a whole one', async () => {
    const image = await card('one')
    const log = join(project, 'log')
    await writeFile(log, '')
    const first = await boot(image, [
      '-blockdev', `driver=file,filename=${image},node-name=file`, '-blockdev', `driver=file,filename=${log},node-name=log`,
      '-blockdev', 'driver=blklogwrites,file=file,log=log,node-name=card', '-device', 'virtio-blk-pci,drive=card',
    ])
    expect(first.shown).to.match(/^ssh-ed25519 \S{68}$/)
    expect(first.said).to.have.length(1)
    expect(first.said[0]).to.include('made, and kept on the card: SHA256:').and.include(fingerprint(first.shown))
    expect(first.mounts).to.not.include('vfat')
    expect(first.mounts).to.match(/^-rw-------.* dropbear_ed25519_host_key$/m)
    expect(await faults(image)).to.equal('')

    const key = await readKept(image)
    expect(whole(key), 'what was kept').to.equal(true)
    const before = await readFile(image)
    const second = await boot(image, written(image))
    expect(second).to.deep.include({shown: first.shown, said: []})
    expect((await readFile(image)).equals(before), 'a boot that finds its key writes nothing').to.equal(true)

    const other = await boot(await card('two'), written(join(project, 'two/sdcard.img')))
    expect(other.shown).to.match(/^ssh-ed25519 /).and.not.equal(first.shown)
    expect(await readKept(built)).to.equal(undefined)

    await everyPowerCut(await readWriteLog(log))
  })

  it('a card that cannot be written: one line says so, and SSH is there', async () => {
    const image = await card('locked')
    const {shown, said} = await boot(image, ['-drive', `file=${image},if=none,id=card,format=raw,readonly=on`, '-device', 'virtio-blk-pci,drive=card'])
    expect(shown).to.match(/^ssh-ed25519 /)
    expect(said).to.have.length(1)
    expect(said[0]).to.match(/^SSH host key: made for this boot alone, for .*[Rr]ead-only.*: SHA256:/)
  })

  /** The card as it is after each of the writes in turn, and after each of those that the card may have taken before others: all between two flushes. */
  async function everyPowerCut(writes: readonly DiskWrite[]): Promise<void> {
    const cut = await card('cut')
    const disk = await open(cut, 'r+')
    const seen = {none: 0, whole: 0}
    const look = async (what: string): Promise<void> => {
      const key = await readKept(cut)
      seen[key === undefined ? 'none' : 'whole'] += 1
      expect(key === undefined || whole(key), what).to.equal(true)
    }

    const put = async ({at, bytes}: DiskWrite): Promise<void> => { await disk.write(bytes, 0, bytes.length, at) }
    let epoch: DiskWrite[] = []
    for (const one of [...writes, {at: 0, bytes: Buffer.alloc(0), flush: true}]) {
      if (one.bytes.length > 0) epoch.push(one)
      if (!one.flush) continue
      for (const alone of epoch) {
        const before = Buffer.alloc(alone.bytes.length)
        await disk.read(before, 0, before.length, alone.at)
        await put(alone)
        await look(`sector ${alone.at / SECTOR} before the others`)
        await put({...alone, bytes: before})
      }

      for (const next of epoch) {
        await put(next)
        await look(`up to sector ${next.at / SECTOR}`)
      }

      epoch = []
    }

    await disk.close()
    expect(seen.none, 'cards without a key').to.be.above(3)
    expect(seen.whole, 'cards with it').to.be.above(0)
  }
})

function fingerprint(shown: string): string {
  return createHash('sha256').update(Buffer.from(shown.split(' ')[1] ?? '', 'base64')).digest('base64').replace('=', '')
}

/** What mtools finds under the key's name. */
async function readKept(image: string): Promise<Buffer | undefined> {
  const to = `${image}.kept`
  await rm(to, {force: true})
  const {exitCode} = await run('mcopy', ['-n', '-i', `${image}@@${BOOT_PARTITION}`, `::${KEPT}`, to], {accept: [0, 1]})
  return exitCode === 0 ? readFile(to) : undefined
}

function whole(kept: Buffer | undefined): boolean {
  if (!kept) return false
  const sum = createHash('sha256').update(kept.subarray(0, KEY_BYTES)).digest('hex')
  return kept.subarray(KEY_BYTES).toString() === `${sum}  -\n`
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return address.port
}
