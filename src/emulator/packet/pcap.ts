/** The classic capture file of tcpdump (draft-ietf-opsawg-pcap), microseconds, Ethernet, in the byte order of this header. */
const MAGIC = 0xa1b2c3d4
const ETHERNET = 1
const LONGEST = 262_144

export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(LONGEST, 16)
  header.writeUInt32LE(ETHERNET, 20)
  return header
}

/** One frame; `time` in milliseconds since 1970, with fractions. */
export function pcapRecord(time: number, frame: Buffer): Buffer {
  const microseconds = Math.round(time * 1000)
  const header = Buffer.alloc(16)
  header.writeUInt32LE(Math.floor(microseconds / 1_000_000), 0)
  header.writeUInt32LE(microseconds % 1_000_000, 4)
  header.writeUInt32LE(frame.length, 8)
  header.writeUInt32LE(frame.length, 12)
  return Buffer.concat([header, frame])
}
