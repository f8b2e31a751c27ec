import {expect} from 'chai'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'

import {now, runWire} from '../../src/emulator/run-wire.js'
import {run} from '../../src/process/run.js'
import {linuxFrame} from './host/linux-frames.js'

describe('a wire', () => {
  it('carries frames both ways, captures both, and hears nobody else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'brmc-wire-'))
    const pcap = path.join(folder, 'wlan0.pcap')
    const wire = await runWire(pcap)
    const [qemu, stranger] = [createSocket('udp4'), createSocket('udp4')]
    const heard: {frame: Buffer, time: number}[] = []
    wire.onFrame((frame, time) => heard.push({frame, time}))
    try {
      wire.send(linuxFrame('arpRequest'))
      qemu.bind(wire.ports.qemu, '127.0.0.1')
      await once(qemu, 'listening')
      stranger.send('x', wire.ports.host, '127.0.0.1')
      qemu.send(linuxFrame('datagram'), wire.ports.host, '127.0.0.1')
      const arrived = once(qemu, 'message') as Promise<[Buffer]>
      wire.send(linuxFrame('echoReply'))
      expect((await arrived)[0]).to.deep.equal(linuxFrame('echoReply'))
      while (heard.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    } finally {
      qemu.close()
      stranger.close()
      await wire.close()
    }

    expect(heard.map(({frame}) => frame)).to.deep.equal([linuxFrame('datagram')])
    expect(heard[0]?.time).to.be.closeTo(now(), 5000)
    const {stdout} = await run('tcpdump', ['-nn', '-r', pcap])
    for (const words of ['who-has 192.168.2.10', 'ICMP echo reply', '10.3.0.2.39000 > 239.9.9.9.39000: UDP']) expect(stdout).to.include(words)
    await rm(folder, {recursive: true})
  })
})
