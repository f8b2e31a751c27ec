/** What lies in a partition. Those that are neither ext nor FAT are only named. */
export type FileSystem = 'ext4' | 'fat' | 'an encrypted volume (LUKS)' | 'a volume group (LVM)' | 'btrfs' | 'squashfs' | 'xfs' | 'f2fs' | 'erofs' | 'swap' | 'exfat' | 'ntfs' | 'something unknown'

/** Bytes from a partition's start that tell. */
export const RECOGNISED_BY = 0x1_0050
const SECTOR_SIZES = new Set([512, 1024, 2048, 4096])
const EXT_MAGIC = 0xef53

/** Where each says what it is (libblkid/src/superblocks). ext2 and ext3 are ext4's kin and count as it. */
const MAGICS: readonly (readonly [FileSystem, number, Buffer])[] = [
  ['an encrypted volume (LUKS)', 0, Buffer.from('4c554b53babe', 'hex')],
  ['a volume group (LVM)', 0x200, Buffer.from('LABELONE')],
  ['btrfs', 0x1_0040, Buffer.from('_BHRfS_M')],
  ['squashfs', 0, Buffer.from('hsqs')],
  ['xfs', 0, Buffer.from('XFSB')],
  ['f2fs', 0x400, Buffer.from('1020f5f2', 'hex')],
  ['erofs', 0x400, Buffer.from('e2e1f5e0', 'hex')],
  ['swap', 0xff6, Buffer.from('SWAPSPACE2')],
  ['exfat', 3, Buffer.from('EXFAT   ')],
  ['ntfs', 3, Buffer.from('NTFS    ')],
]

/** The file system whose first RECOGNISED_BY bytes (or as many as there are) these are. */
export function recogniseFileSystem(start: Buffer): FileSystem {
  const found = MAGICS.find(([, at, magic]) => start.subarray(at, at + magic.length).equals(magic))
  if (found) return found[0]
  if (start.length >= 0x43a && start.readUInt16LE(0x438) === EXT_MAGIC) return 'ext4'
  // FAT12 and FAT16 name themselves at 54, FAT32 at 82; a name is a hint, the sector's numbers count.
  const isBootSector = start.length >= 512 && start.readUInt16LE(510) === 0xaa55
  return isBootSector && SECTOR_SIZES.has(start.readUInt16LE(11)) && [1, 2].includes(start[16] ?? 0) ? 'fat' : 'something unknown'
}
