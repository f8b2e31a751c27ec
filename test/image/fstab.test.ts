import {expect} from 'chai'

import {mountPointsOf, type PartitionNames} from '../../src/image/fstab.js'

const partitions: PartitionNames[] = [
  {number: 1, partUuid: 'cafe1234-01', uuid: 'ABCD-1234', label: 'bootfs', partLabel: 'EFI System'},
  {number: 2, partUuid: 'cafe1234-02'},
]

describe('image/fstab', () => {
  const cases: [string, string, [number, string][]][] = [
    ['Raspberry Pi OS', 'PARTUUID=cafe1234-01  /boot/firmware  vfat  defaults  0  2\nPARTUUID=cafe1234-02  /  ext4  defaults  0  1', [[1, 'boot/firmware']]],
    ['letters of other case', 'PARTUUID=CAFE1234-01 /boot vfat defaults 0 0', [[1, 'boot']]],
    ['the UUID of a FAT', 'UUID=abcd-1234 /boot/efi vfat umask=0077 0 1', [[1, 'boot/efi']]],
    ['a label', 'LABEL=bootfs\t/boot\tvfat', [[1, 'boot']]],
    ['a quoted label', 'LABEL="bootfs" /boot vfat', [[1, 'boot']]],
    ['a label of the table with a space', 'PARTLABEL=EFI\\040System /efi vfat', [[1, 'efi']]],
    ['a card', '/dev/mmcblk0p1 /boot vfat', [[1, 'boot']]],
    ['a disk', '/dev/sda1 /boot vfat', [[1, 'boot']]],
    ['a name of udev', '/dev/disk/by-label/bootfs /boot vfat', [[1, 'boot']]],
    ['a mount point with a space', 'LABEL=bootfs /my\\040boot vfat', [[1, 'my boot']]],
    ['the first of two lines', 'LABEL=bootfs /a vfat\nLABEL=bootfs /b vfat', [[1, 'a']]],
    ['comments, others, nonsense', '# LABEL=bootfs /boot vfat\ntmpfs /tmp tmpfs\nLABEL=bootfs none\n\nUUID=0000-0000 /x vfat', []],
    ['a path that climbs', 'LABEL=bootfs /boot/../../etc vfat', []],
  ]
  for (const [what, text, expected] of cases) {
    it(`finds ${what}`, () => {
      expect([...mountPointsOf(text, partitions)]).to.deep.equal(expected)
    })
  }
})
