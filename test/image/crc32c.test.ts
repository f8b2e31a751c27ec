import {expect} from 'chai'

import {crc32c, crc32cOfWords} from '../../src/image/ext4/crc32c.js'

const invert = (value: number): number => ~value >>> 0

// RFC 3720 (iSCSI), B.4, "CRC Examples".
const cases: [string, Buffer, number][] = [
  ['32 zeros', Buffer.alloc(32), 0x8a91_36aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8_ab43],
  ['32 bytes upwards', Buffer.from(Array.from({length: 32}, (_, index) => index)), 0x46dd_794e],
  ['32 bytes downwards', Buffer.from(Array.from({length: 32}, (_, index) => 31 - index)), 0x113f_db5c],
  ['the check value of CRC catalogues', Buffer.from('123456789'), 0xe306_9283],
]

describe('image/ext4/crc32c', () => {
  for (const [title, bytes, expected] of cases) {
    it(title, () => { expect(invert(crc32c(0xffff_ffff, bytes))).to.equal(expected) })
  }

  it('goes on from a seed', () => {
    const bytes = Buffer.from('123456789')
    expect(crc32c(crc32c(0xffff_ffff, bytes, 0, 3), bytes, 3)).to.equal(crc32c(0xffff_ffff, bytes))
    expect(crc32cOfWords(0xffff_ffff, 0x3433_3231, 0x3837_3635)).to.equal(crc32c(0xffff_ffff, bytes, 0, 8))
  })
})
