import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'

import {expect} from 'chai'

import {makeDebianBase, type DebianBase, type DebianBaseOptions} from '../../src/base/debian/write-base.js'
import {LockSchema, type Lock} from '../../src/base/debian/lock.js'
import {boards} from '../../src/boards/boards.js'
import {BrmcError} from '../../src/errors.js'
import {run, type Run} from '../../src/process/run.js'

const INIT = new URL('../../board/common/initramfs/init', import.meta.url).pathname
const DISK_SIGNATURE = '1234abcd'

type Wish = DebianBaseOptions['deployment']
const wish: Wish = {board: 'raspberrypi3-64', debian: {suite: 'trixie', components: ['main', 'non-free-firmware']}, packages: ['tcpdump'], authorizedKeys: ['ssh-ed25519 AAAA test'], siteSettings: false}

describe('base debian', function () {
  this.timeout(300_000)
  let folder: string
  let base: DebianBase

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'brmc-base-'))
    base = await make('first')
  })
  after(() => { rmSync(folder, {recursive: true, force: true}) })

  function make(name: string, change: Partial<DebianBaseOptions> = {}): Promise<DebianBase> {
    mkdirSync(join(folder, name, 'build'), {recursive: true})
    return makeDebianBase({
      deployment: wish, projectFolder: join(folder, name), cacheFolder: join(folder, name, 'build'), run, initScript: readFileSync(INIT, 'utf8'), ...change,
    })
  }

  /** A project beside the first, with its lock and, if wanted, the packages it has fetched. */
  function project(name: string, {packages = true, change = (lock: Lock): Lock => lock} = {}): string {
    mkdirSync(join(folder, name, 'build/packages'), {recursive: true})
    writeFileSync(join(folder, name, 'brmc.lock.json'), JSON.stringify(change(lockOf('first'))))
    for (const file of packages ? readdirSync(join(folder, 'first/build/packages')) : []) linkSync(join(folder, 'first/build/packages', file), join(folder, name, 'build/packages', file))
    return join(folder, name)
  }

  function lockOf(name: string): Lock {
    return LockSchema.parse(JSON.parse(readFileSync(join(folder, name, 'brmc.lock.json'), 'utf8')))
  }

  async function errorOf(act: Promise<unknown>): Promise<BrmcError> {
    const error: unknown = await act.then(() => undefined, (thrown: unknown) => thrown)
    if (error instanceof BrmcError) return error
    throw error instanceof Error ? error : new Error('it went well')
  }

  const noRun: Run = file => Promise.reject(new Error(`${file} was run`))

  it('locks every package without a host, and fetches those of the wish alone', () => {
    const text = readFileSync(join(folder, 'first/brmc.lock.json'), 'utf8')
    expect(text).not.to.match(/https?:|file:/)
    const names = lockOf('first').packages.map(({name}) => name)
    expect(names).to.include.members(['busybox-static', 'firmware-brcm80211', 'raspi-firmware', 'dropbear-bin', 'tcpdump', 'iproute2', 'iw', 'ethtool'])
    expect(names).not.to.include.members(['systemd', 'udev', 'kmod', 'initramfs-tools'])
    expect(readdirSync(join(folder, 'first/build/packages'))).to.have.length.lessThan(names.length)
    expect(base.bundle.packages.map(({name}) => name)).to.include('tcpdump').and.not.to.include('iw')
    expect(base.bundle.sourceDateEpoch).to.equal(lockOf('first').date)
  })

  it('does nothing when nothing changed, not even ask apt', async () => {
    const again = await make('first', {run: noRun})
    expect(again).to.deep.include({cached: true, folder: base.folder})
  })

  it('makes the same bytes in another folder', async () => {
    project('second')
    const second = await make('second')
    expect(second.cached).to.equal(false)
    const hashes = (root: string) => Object.fromEntries(['rootfs.tar', 'bundle.json', ...readdirSync(join(root, 'boot')).map(name => `boot/${name}`)]
      .map(name => [name, createHash('sha256').update(readFileSync(join(root, name))).digest('hex')]))
    expect(hashes(second.folder)).to.deep.equal(hashes(base.folder))
    expect(basename(second.folder)).to.equal(basename(base.folder))
  })

  it('has the indexes that depmod makes of the same modules', () => {
    const root = join(folder, 'root')
    mkdirSync(root)
    execFileSync('tar', ['-xf', join(base.folder, 'rootfs.tar'), '-C', root, '--exclude=./dev/console'])
    const modules = join(root, 'usr/lib/modules', base.bundle.kernelRelease)
    const parse = () => ({
      dep: readFileSync(join(modules, 'modules.dep'), 'utf8').trim().split('\n').map(line => line.split(/:? /)).map(([name = '', ...needed]) => [name.replace(/:$/, ''), ...needed.sort()]).sort(),
      alias: readFileSync(join(modules, 'modules.alias'), 'utf8').split('\n').filter(line => line.startsWith('alias')).sort(),
      softdep: readFileSync(join(modules, 'modules.softdep'), 'utf8').split('\n').filter(line => line.startsWith('softdep')).sort(),
    })
    const ours = parse()
    execFileSync('depmod', ['-b', root, base.bundle.kernelRelease], {stdio: 'pipe'})
    expect(ours.dep.length).to.be.greaterThan(100)
    expect(ours).to.deep.equal(parse())
  })

  it('has device trees and firmware of the board, and says what it lacks', () => {
    expect(readdirSync(join(base.folder, 'boot')).sort()).to.deep.equal([
      'bcm2837-rpi-3-a-plus.dtb', 'bcm2837-rpi-3-b-plus.dtb', 'bcm2837-rpi-3-b.dtb', 'bcm2837-rpi-cm3-io3.dtb', 'bootcode.bin', 'fixup.dat', 'initrd.cpio', 'kernel8.img', 'start.elf',
    ])
    expect(base.warnings).to.deep.equal([])
  })

  for (const board of ['raspberrypi3-64', 'raspberrypi4-64', 'raspberrypizero2w-64'] as const) {
    it(`has in the root of ${board} what its radios ask for: firmware, nvram, clm_blob and the rules of all countries`, async () => {
      project(board)
      const {folder: made} = await make(board, {deployment: {...wish, board, packages: []}})
      const firmware = join(folder, board, 'usr/lib/firmware')
      execFileSync('tar', ['-xf', join(made, 'rootfs.tar'), '-C', join(folder, board), '--wildcards', '*usr/lib/firmware/*'])
      const has = (name: string): boolean => existsSync(join(firmware, name)) && statSync(join(firmware, name)).size > 0
      for (const name of ['regulatory.db', 'regulatory.db.p7s']) expect(has(name), name).to.equal(true)
      for (const tree of readdirSync(join(made, 'boot')).filter(name => name.endsWith('.dtb') && !/-cm[34]/.test(name))) {
        // drivers/net/wireless/broadcom/brcm80211/brcmfmac/firmware.c: first with the root's first `compatible` in the name, then without.
        const [compatible = ''] = /raspberrypi,[\w-]+/.exec(readFileSync(join(made, 'boot', tree), 'latin1')) ?? []
        const complete = boards[board].radioFirmware.filter(stem => ['bin', 'txt', 'clm_blob'].every(end => has(`brcm/${stem}.${compatible}.${end}`) || has(`brcm/${stem}.${end}`)))
        expect(complete, `${tree}, ${compatible}`).to.not.deep.equal([])
      }
    })
  }

  for (const dialect of ['sh', 'dash']) {
    it(`has an init script that shellcheck takes for ${dialect}`, () => { execFileSync('shellcheck', ['-s', dialect, INIT]) })
  }

  describe('when something is wrong', () => {
    it('names a package that the mirror no longer holds', async () => {
      project('gone', {packages: false})
      mkdirSync(join(folder, 'empty'), {recursive: true})
      const error = await errorOf(make('gone', {deployment: {...wish, debian: {...wish.debian, mirror: `file://${join(folder, 'empty')}`}}}))
      expect(error.code).to.equal('PACKAGE_UNAVAILABLE')
      expect(error.message).to.match(/does not give \S+ \S+, which brmc.lock.json names/)
      expect(error.suggestions.join()).to.include('debian: mirror:').and.to.include('brmc upgrade')
    })

    it('does not take other bytes than the lock says', async () => {
      const mirror = join(folder, 'changed')
      project('changed-project', {packages: false, change: lock => {
        for (const {filename, size} of lock.packages) {
          mkdirSync(join(mirror, filename, '..'), {recursive: true})
          writeFileSync(join(mirror, filename), Buffer.alloc(Math.min(size, 1000)))
        }
        return lock
      }})
      const error = await errorOf(make('changed-project', {deployment: {...wish, debian: {...wish.debian, mirror: `file://${mirror}`}}}))
      expect(error.code).to.equal('PACKAGE_CORRUPT')
      expect(existsSync(base.folder.replace('first', 'changed-project'))).to.equal(false)
    })

    it('fetches a package again whose copy was damaged', async () => {
      const root = project('damaged')
      const {sha256, filename, size} = lockOf('first').packages.find(({name}) => name === 'netbase') ?? {sha256: '', filename: '', size: 0}
      const mirror = join(folder, 'good')
      mkdirSync(join(mirror, filename, '..'), {recursive: true})
      linkSync(join(folder, 'first/build/packages', `${sha256}.deb`), join(mirror, filename))
      rmSync(join(root, 'build/packages', `${sha256}.deb`))
      writeFileSync(join(root, 'build/packages', `${sha256}.deb`), 'half')
      const repaired = await make('damaged', {deployment: {...wish, debian: {...wish.debian, mirror: `file://${mirror}`}}})
      expect(repaired.cached).to.equal(false)
      expect(readFileSync(join(root, 'build/packages', `${sha256}.deb`))).to.have.length(size)
    })

    it('says that a mirror does not have the suite', async () => {
      const error = await errorOf(make('nowhere', {deployment: {...wish, debian: {...wish.debian, suite: 'nosuchsuite'}}}))
      expect(error.code).to.equal('PACKAGE_UNAVAILABLE')
      expect(error.message).to.include('nosuchsuite')
      expect(existsSync(join(folder, 'nowhere/brmc.lock.json'))).to.equal(false)
    })
  })

  describe('in a virtual machine', () => {
    /** What the guest says until it is off. */
    function boot(append: string, ...more: string[]): string {
      return execFileSync('timeout', [
        '240', 'qemu-system-aarch64', '-M', 'virt', '-cpu', 'cortex-a53', '-m', '512', '-nographic', '-no-reboot', '-netdev', 'user,id=n', '-device', 'virtio-net-pci,netdev=n,romfile=',
        '-kernel', join(base.folder, 'boot/kernel8.img'), '-append', `console=ttyAMA0 quiet panic=1 ${append}`, ...more,
      ], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).replaceAll('\r', '')
    }

    /** The root with a script in it that tries what the base promises, as /trial. */
    function trialRoot(): string {
      const root = join(folder, 'trial')
      if (existsSync(root)) return root
      mkdirSync(root)
      execFileSync('tar', ['-xf', join(base.folder, 'rootfs.tar'), '-C', root, '--exclude=./dev/console'])
      writeFileSync(join(root, 'trial'), TRIAL)
      chmodSync(join(root, 'trial'), 0o755)
      return root
    }

    function expectAllWell(output: string): void {
      for (const line of [
        'modprobe nf_tables: 0', 'modprobe virtio_net: 0', 'modprobe mac80211_hwsim radios=1: 0', 'nft -f /tmp/rules: 0', 'smcrouted -v: 0', 'tcpdump --version: 0', 'dropbear -V: 0', 'hostapd -B /tmp/hostapd.conf: 0', 'wlan0 is up',
        'id -un tcpdump: 0', 'regulatory.db: taken', 'trial done',
      ]) expect(output).to.include(`${line}\n`)
      expect(output).to.match(/hostapd v2/).and.to.match(/ip ttl set 64/).and.to.match(/notrack/)
      const programs = [...output.matchAll(/^starts (\S+): (\d+)$/gm)].map(([, name, status]) => [name, status])
      expect(programs.map(([name]) => name)).to.include.members(['/usr/sbin/smcrouted', '/usr/sbin/nft', '/usr/sbin/hostapd', '/usr/bin/tcpdump', '/usr/sbin/dropbear'])
      expect(programs.filter(([, status]) => status !== '0')).to.deep.equal([])
    }

    it('runs from memory', () => {
      const archive = join(folder, 'root.cpio')
      execFileSync('sh', ['-c', 'cd "$1" && find . | LC_ALL=C sort | fakeroot sh -c "mknod -m 600 dev/console c 5 1; cpio -o -H newc --quiet" > "$2"', 'sh', trialRoot(), archive])
      expectAllWell(boot('rdinit=/trial', '-initrd', archive))
    })

    for (const [root, access] of [[`PARTUUID=${DISK_SIGNATURE}-01`, 'rw'], ['LABEL=trial', 'ro']] as const) {
      it(`runs from a partition that the initramfs finds by ${root}`, () => {
        const output = boot(`root=${root} ${access} init=/trial`, '-initrd', join(base.folder, 'boot/initrd.cpio'), '-drive', `if=virtio,format=raw,snapshot=on,file=${disk()}`)
        expect(output).to.match(/^brmc: init \d+\.\d+$/m)
        expectAllWell(output)
      })
    }

    it('says in words that the root is not one, and gives a shell', () => {
      const script = [
        "(sleep 20; echo 'echo shell-$((40 + 2)); poweroff -f') |",
        'timeout 120 qemu-system-aarch64 -M virt -cpu cortex-a53 -m 512 -nographic -no-reboot -nic none',
        '-kernel "$1/boot/kernel8.img" -initrd "$1/boot/initrd.cpio" -drive "if=virtio,format=raw,snapshot=on,file=$2"',
        '-append "console=ttyAMA0 quiet root=/dev/vda init=/sbin/init"',
      ].join(' ')
      const output = execFileSync('sh', ['-c', script, 'sh', base.folder, disk()], {encoding: 'utf8'})
      expect(output).to.match(/brmc: \/dev\/vda cannot be mounted as ext4: /).and.to.match(/here is a shell/).and.to.include('shell-42')
    })

    /** A card with a table of the old kind and the root as its first partition. */
    function disk(): string {
      const image = join(folder, 'disk.img')
      if (existsSync(image)) return image
      const partition = join(folder, 'root.ext4')
      execFileSync('fakeroot', ['mke2fs', '-q', '-t', 'ext4', '-L', 'trial', '-d', trialRoot(), partition, '128M'])
      execFileSync('dd', [`if=${partition}`, `of=${image}`, 'bs=1M', 'seek=1', 'conv=sparse', 'status=none'])
      execFileSync('sfdisk', ['-q', image], {input: `label: dos\nlabel-id: 0x${DISK_SIGNATURE}\nstart=2048, size=${128 * 2048}, type=83\n`})
      return image
    }
  })
})

const TRIAL = `#!/bin/sh
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
exec >/dev/console 2>&1 </dev/console
try() { "$@" 2>&1; echo "$*: $?"; }
try modprobe nf_tables
try modprobe virtio_net
try modprobe mac80211_hwsim radios=1
cat >/tmp/rules <<RULES
table inet t {
  chain before { type filter hook prerouting priority mangle; ip daddr 225.0.0.1 ip ttl 1 ip ttl set 64; ip6 daddr ff05::1 ip6 hoplimit 1 ip6 hoplimit set 64; }
  chain raw { type filter hook prerouting priority raw; ip daddr 224.0.0.0/4 notrack; }
  chain in {
    type filter hook input priority filter
    ct state established,related accept
    limit rate 1/second log prefix "x"
    tcp dport ssh reject
    meta l4proto igmp accept
    fib saddr . iif oif missing drop
  }
  chain behind { type nat hook postrouting priority srcnat; oifname "x" masquerade; }
}
RULES
try nft -f /tmp/rules
try nft list ruleset
try smcrouted -v
try hostapd -v
try tcpdump --version
try dropbear -V
try id -un tcpdump
for file in /usr/bin/* /usr/sbin/*; do
  [ -L "$file" ] || [ "$file" = /usr/bin/busybox ] || { /lib/ld-linux-aarch64.so.1 --list "$file" >/dev/null; echo "starts $file: $?"; }
done
cat >/tmp/hostapd.conf <<CONF
interface=wlan0
driver=nl80211
ctrl_interface=/run/hostapd
ssid=trial
country_code=DE
channel=6
hw_mode=g
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=a passphrase
CONF
try hostapd -B /tmp/hostapd.conf
for second in 1 2 3 4 5 6 7 8 9 10; do
  hostapd_cli -p /run/hostapd status 2>/dev/null | grep -q state=ENABLED && { echo "wlan0 is up"; break; }
  sleep 1
done
dmesg | grep -q -E 'cfg80211: (loaded regulatory.db is malformed|failed to load regulatory.db)|regulatory.db failed' || echo "regulatory.db: taken"
echo "trial done"
poweroff -f
`
