import {expect} from 'chai'
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'

import {bootGuest} from '../../src/emulator/boot-guest.js'
import {usbCard} from '../../src/emulator/qemu/qemu-arguments.js'
import {runMonitor} from '../../src/emulator/qemu/run-monitor.js'
import {runLab} from '../../src/emulator/run-lab.js'
import {proveImage, type ProofOptions} from '../../src/emulator/run-proof.js'
import {virtualHostsOf} from '../../src/emulator/topology.js'
import {BrmcError} from '../../src/errors.js'
import {run, type Run} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import {labDeployment} from '../lab/deployment.js'

/** Four instructions and the header of Documentation/arch/arm64/booting.rst: a kernel that does nothing, for ever. */
function idleKernel(): Buffer {
  const kernel = Buffer.alloc(4096)
  kernel.writeUInt32LE(0x1400_0010, 0) // b 0x40
  kernel.writeBigUInt64LE(BigInt(kernel.length), 16)
  kernel.write('ARMd', 56, 'latin1')
  kernel.writeUInt32LE(0xd503_205f, 64) // wfe
  kernel.writeUInt32LE(0x17ff_ffff, 68) // b -4
  return kernel
}

/** QEMU processes that use `image`, by what the kernel says of all there are. */
async function emulatorsOf(image: string): Promise<number> {
  const {stdout} = await run('ps', ['-eo', 'args'])
  return stdout.split('\n').filter(line => line.startsWith('qemu-system-aarch64') && line.includes(image)).length
}

describe('QEMU, with a kernel that never comes up', function () {
  this.timeout(30_000)
  let folder: string
  let options: Omit<ProofOptions, 'machine'>

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'brmc-qemu-'))
    const image = path.join(folder, 'a,b.img')
    await writeFile(image, Buffer.alloc(1024 * 1024))
    const card: Record<string, Buffer> = {'config.txt': Buffer.from(''), 'cmdline.txt': Buffer.from('root=/dev/vda2'), 'kernel8.img': idleKernel()}
    options = {
      image, deployment: labDeployment(), readBootFile: file => Promise.resolve(card[file]), pcapFolder: path.join(folder, 'pcap'),
      timeoutSeconds: 2, onEvent: () => undefined, run, start, signal: new AbortController().signal,
    }
  })

  after(async () => rm(folder, {recursive: true}))

  const failure = async (changed: Partial<ProofOptions> = {}): Promise<BrmcError> => {
    const error: unknown = await proveImage({...options, machine: 'virt', ...changed}).catch((thrown: unknown) => thrown)
    if (error instanceof BrmcError) return error
    throw error
  }

  it('takes our arguments, and the proof gives up in words and leaves nothing behind', async () => {
    const error = await failure()
    expect(error.code).to.equal('GUEST_DID_NOT_BOOT')
    expect(error.message).to.equal('the emulated router did not come to its line "brmc: init" within 2 s')
    expect(await emulatorsOf(options.image)).to.equal(0)
    expect((await readdir(path.join(folder, 'pcap'))).sort()).to.deep.equal(['eth0.pcap', 'usb0.pcap', 'wlan0.pcap'])
    const leftovers = (await readdir(tmpdir())).filter(name => name.startsWith(`brmc-boot-${process.pid}-`))
    expect(leftovers).to.deep.equal([])
  })

  it('has its USB card pulled and plugged in again, and says what it refuses', async () => {
    const ending = new AbortController()
    const lab = await runLab(virtualHostsOf(options.deployment, 'virt', ['usb0']), undefined)
    const guest = await bootGuest({...options, machine: 'virt', lab, pluggable: ['usb0'], signal: ending.signal})
    try {
      const monitor = await runMonitor(guest.monitorPath ?? '', ending.signal)
      const index = lab.places.findIndex(({host}) => host.interface === 'usb0')
      const [place] = lab.places.slice(index)
      if (!place) throw new Error('no place')
      for (let round = 0; round < 3; round++) {
        await monitor.unplug(`card${index}`)
        await monitor.plug(usbCard(place, index))
      }

      const error: unknown = await monitor.plug(usbCard(place, index)).catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(BrmcError).with.property('message').that.matches(/refused device_add: .*card/)
      monitor.close()
    } finally {
      ending.abort()
      await guest.ended
      await lab.close()
    }
  })

  it('is ended by an interrupt', async () => {
    const interrupt = new AbortController()
    const error = failure({signal: interrupt.signal, timeoutSeconds: 20, onEvent: () => setTimeout(() => { interrupt.abort() }, 500)})
    expect((await error).code).to.equal('INTERRUPTED')
    expect(await emulatorsOf(options.image)).to.equal(0)
  })

  it('that does not take an argument is quoted', async () => {
    const error = await failure({start: (file, args, how) => start(file, [...args, '-no-such-option'], how)})
    expect(error.message).to.match(/QEMU ended with status 1: .*no-such-option: invalid option/)
  })

  for (const [title, version, code, words] of [
    ['too old', 'QEMU emulator version 6.2.0', 'TOOL_TOO_OLD', /6\.2\.0 is too old.*came with 7\.2/],
    ['not there', undefined, 'TOOL_MISSING', /not installed/],
  ] as const) {
    it(`that is ${title} is told before anything starts, with the package to install`, async () => {
      const answering: Run = (file, args) => {
        if (!file.startsWith('qemu')) return run(file, args)
        return version === undefined ? run(file, args, {env: {PATH: '/nowhere'}}) : Promise.resolve({stdout: version, stderr: '', exitCode: 0})
      }
      const error = await failure({run: answering})
      expect(error.code).to.equal(code)
      expect(error.message).to.match(words)
      expect(error.suggestions.join()).to.include('qemu-system-arm')
    })
  }
})
