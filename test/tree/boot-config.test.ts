import {expect} from 'chai'

import {boards} from '../../src/boards/boards.js'
import {BrmcError} from '../../src/errors.js'
import {bootConfig, type BootConfigRequest} from '../../src/tree/boot-config.js'
import {readTemplates} from '../../src/tree/read-templates.js'

const UUID = '0b4e2c7e-52e1-4d6c-8f0e-1f2a3b4c5d6e'

const debian: BootConfigRequest = {
  board: boards['raspberrypi3-64'],
  bundle: {kernel: 'vmlinuz', initramfs: 'initramfs.img'},
  root: 'ext4',
  rootFileSystem: {uuid: UUID, diskSignature: 0xb33f},
  initramfsFiles: ['initramfs.img'],
  upstreamKernel: true,
}
const buildroot: BootConfigRequest = {...debian, bundle: {kernel: 'Image'}, initramfsFiles: [], upstreamKernel: false}
const ram: BootConfigRequest = {...debian, root: 'ram', bundle: {kernel: 'vmlinuz'}, initramfsFiles: ['root.cpio.gz', 'site.cpio']}

async function boot(request: BootConfigRequest): Promise<{config: string[], arguments: string[]}> {
  const {configTxt, cmdlineTxt} = bootConfig(request, await readTemplates())
  expect(cmdlineTxt).to.match(/^[^\n]+\n$/)
  return {config: configTxt.trimEnd().split('\n').filter(line => !line.startsWith('#')), arguments: cmdlineTxt.trimEnd().split(' ')}
}

describe('bootConfig', () => {
  it("starts Debian's kernel, whose initramfs finds the root by UUID", async () => {
    expect(await boot(debian)).to.deep.equal({
      config: ['arm_64bit=1', 'kernel=vmlinuz', 'initramfs initramfs.img followkernel', 'enable_uart=1', 'upstream_kernel=1', 'disable_splash=1', 'boot_delay=0'],
      arguments: ['console=tty0', 'console=ttyS1,115200', `root=UUID=${UUID}`, 'rootwait', 'rw', 'net.ifnames=0', 'panic=10'],
    })
  })

  it("starts Raspberry Pi's kernel, which mounts the root by disk signature", async () => {
    expect(await boot(buildroot)).to.deep.equal({
      config: ['arm_64bit=1', 'kernel=Image', 'enable_uart=1', 'disable_splash=1', 'boot_delay=0'],
      arguments: ['console=tty0', 'console=serial0,115200', 'root=PARTUUID=0000b33f-02', 'rootwait', 'rw', 'net.ifnames=0', 'panic=10'],
    })
  })

  it('takes a root in memory from archives that are joined, and mounts none', async () => {
    const {config, arguments: words} = await boot(ram)
    expect(config).to.include('initramfs root.cpio.gz,site.cpio followkernel')
    expect(words).to.include('rdinit=/sbin/init').and.not.to.satisfy((all: string[]) => all.some(word => /^(root=|rootwait)/.test(word)))
  })

  it('gives the radio its country from the start, and virt its own console', async () => {
    expect((await boot({...debian, country: 'PT'})).arguments).to.include('cfg80211.ieee80211_regdom=PT')
    expect((await boot({...buildroot, board: boards.virt})).arguments).to.include('console=ttyAMA0,115200')
  })

  it('tells the running router by which volume id to know the FAT partition', async () => {
    expect((await boot({...ram, bootVolumeId: 0x1fbcd})).arguments).to.include('brmc.boot=0001fbcd')
  })

  const refused: [string, Partial<BootConfigRequest>][] = [
    ['a country that brings an argument of its own', {country: 'PT init=/bin/sh'}],
    ['a country that opens a quotation', {country: '"'}],
    ['a kernel that brings a line of its own', {bundle: {kernel: 'Image\nhdmi=1'}}],
    ['an archive with a comma, which the firmware would split', {initramfsFiles: ['a,b']}],
    ['a UUID with a space', {rootFileSystem: {uuid: 'a b', diskSignature: 1}}],
  ]
  for (const [title, change] of refused) {
    it(`refuses ${title}`, async () => {
      const attempt = await boot({...debian, ...change}).catch((error: unknown) => error)
      expect(attempt).to.be.instanceOf(BrmcError).with.property('code', 'INTERNAL')
    })
  }

  it('refuses an ext4 root that nothing can find', async () => {
    const {board, bundle, root, initramfsFiles, upstreamKernel} = debian
    expect(await boot({board, bundle, root, initramfsFiles, upstreamKernel}).catch((error: unknown) => error)).to.be.instanceOf(BrmcError)
  })
})
