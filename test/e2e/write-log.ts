import {readFile} from 'node:fs/promises'

/** A sector that was written to a disk. `flush`: what was written before it is on the disk for good. */
export interface DiskWrite {
  at: number
  bytes: Buffer
  flush: boolean
}

const MAGIC = 0x6a736677736872n
const FLUSH = 1n
const FUA = 2n
const DISCARD = 4n

/** What QEMU's blklogwrites has recorded, sector by sector. Its format is that of Linux's dm-log-writes (drivers/md/dm-log-writes.c). */
export async function readWriteLog(path: string): Promise<DiskWrite[]> {
  const log = await readFile(path)
  if (log.readBigUInt64LE(0) !== MAGIC) throw new Error(`${path} is no log of writes`)
  const entries = Number(log.readBigUInt64LE(16))
  const sector = log.readUInt32LE(24)
  const writes: DiskWrite[] = []
  let at = sector
  for (let index = 0; index < entries; index++) {
    const [first, count, flags] = [log.readBigUInt64LE(at), log.readBigUInt64LE(at + 8), log.readBigUInt64LE(at + 16)]
    at += sector
    const flush = (flags & (FLUSH | FUA)) !== 0n
    if (flush) writes.push({at: 0, bytes: Buffer.alloc(0), flush})
    if ((flags & DISCARD) !== 0n) continue
    for (let one = 0; one < Number(count); one++) {
      writes.push({at: (Number(first) + one) * sector, bytes: log.subarray(at, at + sector), flush: false})
      at += sector
    }
  }

  return writes
}
