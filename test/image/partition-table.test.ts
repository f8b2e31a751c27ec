import {truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {decodePartitionTable, encodePartitionTable, FAT32_LBA, LINUX} from '../../src/image/partition-table.js'
import {judge, ownFolder} from './on-disk.js'

const partitions = [
  {type: FAT32_LBA, bootable: true, firstSector: 2048, sectors: 131_072},
  {type: LINUX, bootable: false, firstSector: 133_120, sectors: 65_536},
]

describe('image/partition-table', () => {
  const folder = ownFolder('table')

  it('is what sfdisk reads', () => {
    const image = join(folder(), 'image')
    writeFileSync(image, encodePartitionTable(0xdead_beef, partitions))
    truncateSync(image, (133_120 + 65_536) * 512)
    const table = (JSON.parse(judge('sfdisk', ['--json', image]).stdout) as {partitiontable: object}).partitiontable
    expect(table).to.deep.include({label: 'dos', id: '0xdeadbeef', sectorsize: 512})
    expect(table).to.have.property('partitions').that.deep.equals([
      {node: `${image}1`, start: 2048, size: 131_072, type: 'c', bootable: true},
      {node: `${image}2`, start: 133_120, size: 65_536, type: '83'},
    ])
    expect(judge('sfdisk', ['--verify', image])).to.include({status: 0}).and.to.have.property('stdout').that.matches(/No errors detected/)
  })

  it('reads what sfdisk wrote', () => {
    const image = join(folder(), 'image')
    writeFileSync(image, '')
    truncateSync(image, 64 * 1024 * 1024)
    const script = join(folder(), 'script')
    writeFileSync(script, 'label: dos\nlabel-id: 0x12345678\nstart=2048, size=2048, type=c, bootable\nstart=8192, size=4096, type=83\n')
    expect(judge('sh', ['-c', 'sfdisk -q "$1" < "$2"', 'sh', image, script]).status).to.equal(0)
    const sector = Buffer.from(judge('sh', ['-c', 'head -c 512 "$1" | base64', 'sh', image]).stdout, 'base64')
    expect(decodePartitionTable(sector)).to.deep.equal({
      diskSignature: 0x1234_5678,
      partitions: [{type: 0x0c, bootable: true, firstSector: 2048, sectors: 2048}, {type: 0x83, bootable: false, firstSector: 8192, sectors: 4096}],
    })
  })

  it('refuses what is no partition table', () => {
    expect(() => decodePartitionTable(Buffer.alloc(512))).to.throw(BrmcError, 'no partition table').with.property('code', 'IMAGE_INVALID')
    expect(() => decodePartitionTable(Buffer.alloc(10))).to.throw(BrmcError)
  })

  it('refuses more than an MBR holds', () => {
    expect(() => encodePartitionTable(1, [{type: LINUX, bootable: false, firstSector: 2048, sectors: 2 ** 32}])).to.throw(BrmcError, '2 TiB')
  })
})
