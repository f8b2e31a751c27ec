/** IEEE 802.1Q: behind the addresses stand 0x8100 and two bytes, the lower twelve bits of which are the VLAN's id. */
const TAG_TYPE = 0x8100
const ADDRESS_BYTES = 12
const TAG_BYTES = 4

export function tagFrame(frame: Buffer, vlan: number): Buffer {
  const tag = Buffer.alloc(TAG_BYTES)
  tag.writeUInt16BE(TAG_TYPE)
  tag.writeUInt16BE(vlan, 2)
  return Buffer.concat([frame.subarray(0, ADDRESS_BYTES), tag, frame.subarray(ADDRESS_BYTES)])
}

/** The frame without its tag, and what stood there. Id 0 is no VLAN: only the priority counts. */
export function untagFrame(frame: Buffer): {frame: Buffer, vlan: number | undefined} {
  if (frame.length < ADDRESS_BYTES + TAG_BYTES || frame.readUInt16BE(ADDRESS_BYTES) !== TAG_TYPE) return {frame, vlan: undefined}
  const vlan = frame.readUInt16BE(ADDRESS_BYTES + 2) & 0xfff
  return {frame: Buffer.concat([frame.subarray(0, ADDRESS_BYTES), frame.subarray(ADDRESS_BYTES + TAG_BYTES)]), vlan: vlan === 0 ? undefined : vlan}
}
