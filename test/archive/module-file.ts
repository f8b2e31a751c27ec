/** The smallest ELF file that holds `fields` in a section: what a kernel module is to those who only read its .modinfo. */
export function moduleFile(fields: readonly string[], section = '.modinfo'): Buffer {
  const body = Buffer.from(fields.map(field => `${field}\0`).join(''))
  const names = Buffer.from(`\0${section}\0.shstrtab\0`)
  const header = Buffer.alloc(64)
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header.writeUInt16LE(1, 16)
  header.writeUInt16LE(183, 18)
  header.writeBigUInt64LE(BigInt(64 + body.length + names.length), 40)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(3, 60)
  header.writeUInt16LE(2, 62)
  const sectionHeader = (name: number, offset: number, size: number): Buffer => {
    const entry = Buffer.alloc(64)
    entry.writeUInt32LE(name, 0)
    entry.writeBigUInt64LE(BigInt(offset), 24)
    entry.writeBigUInt64LE(BigInt(size), 32)
    return entry
  }
  return Buffer.concat([
    header, body, names, sectionHeader(0, 0, 0), sectionHeader(1, 64, body.length), sectionHeader(section.length + 2, 64 + body.length, names.length),
  ])
}
