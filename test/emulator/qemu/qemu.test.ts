import {expect} from 'chai'

import {parseBootConfig, takeBootFiles} from '../../../src/emulator/qemu/boot-files.js'
import {adaptCommandLine} from '../../../src/emulator/qemu/kernel-command-line.js'
import {qemuArguments} from '../../../src/emulator/qemu/qemu-arguments.js'
import {BrmcError} from '../../../src/errors.js'
import {virtualHostsOf} from '../../../src/emulator/topology.js'
import {labDeployment} from '../../lab/deployment.js'

const names = 'brmc.ifname=52:54:00:b0:00:01=wlan0'

describe('the kernel command line', () => {
  const cases: [string, string, 'virt' | 'raspi3b', string][] = [
    ['the console of the machine', 'console=tty0 console=ttyS1,115200 root=LABEL=root rw rootwait panic=10', 'virt', `root=LABEL=root rw rootwait console=ttyAMA0 panic=1 brmc.console=shell ${names}`],
    ['the mini UART of the board', 'console=serial0,115200 root=/dev/mmcblk0p2 init=/sbin/init', 'raspi3b', `root=/dev/mmcblk0p2 init=/sbin/init console=ttyS1,115200 panic=1 brmc.console=shell ${names}`],
    ['the disk of the machine', 'root=/dev/mmcblk0p2', 'virt', `root=/dev/vda2 console=ttyAMA0 panic=1 brmc.console=shell ${names}`],
    ['a root that resolves anywhere', 'root=PARTUUID=544c554d-02', 'virt', `root=PARTUUID=544c554d-02 console=ttyAMA0 panic=1 brmc.console=shell ${names}`],
    ['names of our own', 'brmc.ifname=aa:bb:cc:dd:ee:ff=eth9 root=UUID=1', 'virt', `root=UUID=1 console=ttyAMA0 panic=1 brmc.console=shell ${names}`],
  ]
  for (const [title, cmdline, machine, wanted] of cases) {
    it(`has ${title}`, () => {
      expect(adaptCommandLine(cmdline, {machine, interfaceNames: names, quiet: false})).to.equal(wanted)
    })
  }

  it('is quiet once', () => {
    expect(adaptCommandLine('quiet rw', {machine: 'virt', interfaceNames: names, quiet: true}).match(/quiet/g)).to.have.length(1)
    expect(adaptCommandLine('rw', {machine: 'virt', interfaceNames: names, quiet: true})).to.match(/ quiet$/)
  })
})

describe('config.txt', () => {
  const cases: [string, string, {kernel: string, initramfs: string[]}][] = [
    ['names nothing', 'arm_64bit=1\n', {kernel: 'kernel8.img', initramfs: []}],
    ['kernel and initramfs', 'kernel=Image\ninitramfs initrd.gz followkernel\n', {kernel: 'Image', initramfs: ['initrd.gz']}],
    ['several archives', 'initramfs base.cpio.gz,site.cpio followkernel\r\n', {kernel: 'kernel8.img', initramfs: ['base.cpio.gz', 'site.cpio']}],
    ['ramfsfile', 'ramfsfile=a.cpio,b.cpio', {kernel: 'kernel8.img', initramfs: ['a.cpio', 'b.cpio']}],
    ['a comment', '#kernel=no\n', {kernel: 'kernel8.img', initramfs: []}],
    ['a section for another board', '[pi5]\nkernel=kernel_2712.img\n[all]\ninitramfs x followkernel', {kernel: 'kernel8.img', initramfs: ['x']}],
  ]
  for (const [title, text, wanted] of cases) {
    it(title, () => {
      expect(parseBootConfig(text)).to.deep.equal(wanted)
    })
  }

  it('is followed as the firmware does: archives end to end', async () => {
    const card: Record<string, string> = {'config.txt': 'initramfs a,b followkernel', 'cmdline.txt': 'rw\n', 'kernel8.img': 'K', 'a': 'AAAA', 'b': 'BB'}
    const files = await takeBootFiles(path => Promise.resolve(card[path] === undefined ? undefined : Buffer.from(card[path])))
    expect({...files, kernel: files.kernel.toString(), initrd: files.initrd?.toString()}).to.deep.equal({kernel: 'K', initrd: 'AAAABB', cmdline: 'rw'})
  })

  it('that names what is not there makes the image invalid', async () => {
    const card: Record<string, string> = {'config.txt': 'kernel=gone', 'cmdline.txt': 'rw'}
    const taken = takeBootFiles(path => Promise.resolve(card[path] === undefined ? undefined : Buffer.from(card[path])))
    const error: unknown = await taken.catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).and.include({code: 'IMAGE_INVALID'})
    expect((error as BrmcError).message).to.include('has no gone: config.txt names it as kernel')
  })
})

describe('QEMU is called', () => {
  const [host] = virtualHostsOf(labDeployment(), 'virt')
  if (!host) throw new Error('no host')
  const emulation = {kernel: '/t/kernel', initrd: '/t/initrd', image: '/a,b/sdcard.img', commandLine: 'rw', cards: [{host, ports: {qemu: 1001, host: 1002}, pluggable: false}]}

  it('as virt', () => {
    expect(qemuArguments({...emulation, machine: 'virt', console: 'proof'})).to.deep.equal([
      '-M', 'virt', '-cpu', 'cortex-a53', '-accel', 'tcg', '-smp', '1', '-m', '512',
      '-nodefaults', '-no-reboot', '-display', 'none',
      '-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console', '-monitor', 'none',
      '-kernel', '/t/kernel', '-initrd', '/t/initrd',
      '-drive', 'file=/a,,b/sdcard.img,if=virtio,format=raw,snapshot=on',
      '-append', 'rw',
      '-netdev', 'dgram,id=wire0,local.type=inet,local.host=127.0.0.1,local.port=1001,remote.type=inet,remote.host=127.0.0.1,remote.port=1002',
      '-device', 'virtio-net-pci,id=card0,netdev=wire0,mac=52:54:00:b0:00:01,romfile=,multifunction=on,addr=10.0',
    ])
  })

  it('as virt with a USB card that can be pulled', () => {
    const cards = emulation.cards.map(card => ({...card, pluggable: true}))
    expect(qemuArguments({...emulation, machine: 'virt', console: 'proof', cards, monitor: '/t,1/monitor'}).join(' ')).to.include('-append rw -qmp unix:/t,,1/monitor,server=on,wait=off -device qemu-xhci ')
      .and.match(/-device usb-net,id=card0,netdev=wire0,mac=52:54:00:b0:00:01$/)
  })

  it('as the board, its console on the second serial line', () => {
    const args = qemuArguments({...emulation, machine: 'raspi3b', deviceTree: '/t/board.dtb', console: 'terminal'})
    expect(args.join(' ')).to.equal('-M raspi3b -accel tcg -nodefaults -no-reboot -display none -serial null -serial mon:stdio '
      + '-kernel /t/kernel -initrd /t/initrd -dtb /t/board.dtb -drive file=/a,,b/sdcard.img,if=sd,format=raw,snapshot=on -append rw '
      + '-netdev dgram,id=wire0,local.type=inet,local.host=127.0.0.1,local.port=1001,remote.type=inet,remote.host=127.0.0.1,remote.port=1002 '
      + '-device usb-net,id=card0,netdev=wire0,mac=52:54:00:b0:00:01')
  })
})
