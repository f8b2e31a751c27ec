import {createSocket, type Socket} from 'node:dgram'
import {createWriteStream, type WriteStream} from 'node:fs'
import {once} from 'node:events'

import {pcapHeader, pcapRecord} from './packet/pcap.js'
import type {WirePorts} from './qemu/qemu-arguments.js'

/** An Ethernet wire between one card of the guest and one virtual host: each frame a UDP datagram (QEMU's -netdev dgram). */
export interface Wire {
  ports: WirePorts
  send: (frame: Buffer) => void
  /** Called for every frame of the guest; `time` in milliseconds since 1970 with fractions. */
  onFrame: (listener: (frame: Buffer, time: number) => void) => void
  close: () => Promise<void>
}

/** The clock of all observations. */
export const now = (): number => performance.timeOrigin + performance.now()

const LOOPBACK = '127.0.0.1'
/** A burst of the guest must not be lost on our side of the wire. */
const RECEIVE_BUFFER = 4 * 1024 * 1024

/** Opens a wire on free ports; every frame that passes is written to `pcap` as it happens, where given. */
export async function runWire(pcap: string | undefined): Promise<Wire> {
  const socket = await boundSocket()
  const port = await freePort()
  const capture = pcap === undefined ? undefined : await openCapture(pcap)
  const record = (frame: Buffer, time: number): void => {
    capture?.write(pcapRecord(time, frame))
  }

  let open = true
  return {
    ports: {qemu: port, host: socket.address().port},
    send(frame) {
      if (!open) return
      record(frame, now())
      // QEMU may not listen yet or any more: such a frame is lost, as on a wire that is not plugged in.
      socket.send(frame, port, LOOPBACK, () => undefined)
    },
    onFrame(listener) {
      socket.on('message', (frame, sender) => {
        if (sender.port !== port) return
        const time = now()
        record(frame, time)
        listener(frame, time)
      })
    },
    async close() {
      open = false
      await new Promise<void>(resolve => {
        socket.close(resolve)
      })
      if (capture) await new Promise<void>(resolve => capture.end(resolve))
    },
  }
}

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, LOOPBACK)
  await once(socket, 'listening')
  socket.setRecvBufferSize(RECEIVE_BUFFER)
  // A refused datagram comes back as an error of the socket.
  socket.on('error', () => undefined)
  return socket
}

/** A port that is free now; QEMU binds it a moment later. */
async function freePort(): Promise<number> {
  const socket = await boundSocket()
  const {port} = socket.address()
  await new Promise<void>(resolve => {
    socket.close(resolve)
  })
  return port
}

async function openCapture(file: string): Promise<WriteStream> {
  const capture = createWriteStream(file)
  await once(capture, 'open')
  capture.write(pcapHeader())
  return capture
}
