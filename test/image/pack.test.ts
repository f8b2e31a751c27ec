import {execFileSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {decodePackHeader, decodePackRegions, encodePack} from '../../src/image/pack.js'
import {ownFolder} from './on-disk.js'

const STEM = Buffer.concat([Buffer.alloc(8192, 'a'), Buffer.from('ssid=one\npassphrase=first\n'.repeat(300))])
const REGIONS = [{offset: 100, bytes: Buffer.alloc(50, 'b')}, {offset: 8192, bytes: Buffer.from('ssid=two\npassphrase=other\n'.repeat(300))}]
const HEADER = {site: 'lisbon', stem: {deployment: 'default', sha256: '0'.repeat(64)}, size: 20_000, dictionary: [8192, STEM.length - 8192] as [number, number]}
const DICTIONARY = STEM.subarray(8192)

/** As docs/fleets.md has it for whoever writes cards. */
const PYTHON = /```python\n([\s\S]*?)```/.exec(readFileSync('docs/fleets.md', 'utf8'))?.[1] ?? ''

describe('a site pack', () => {
  const folder = ownFolder('pack')
  const pack = encodePack(HEADER, REGIONS, DICTIONARY)

  it('gives back what went in', () => {
    const decoded = decodePackHeader(pack, 'x')
    expect(decoded.header).to.deep.include(HEADER)
    expect(decodePackRegions(decoded, DICTIONARY, 'x').map(({offset, content}) => ({offset, bytes: content}))).to.deep.equal(REGIONS)
  })

  it('is small where the stem has almost the same', () => { expect(pack.length).to.be.below(400) })

  it('is the same for the same site', () => { expect(encodePack(HEADER, REGIONS, DICTIONARY).equals(pack)).to.equal(true) })

  it('is made an image of by the program of the docs, which is not ours', () => {
    const files = ['stem.img', 'lisbon.brmcpack', 'lisbon.img', 'make.py'].map(name => join(folder(), name)) as [string, string, string, string]
    writeFileSync(files[0], STEM)
    writeFileSync(files[1], pack)
    writeFileSync(files[3], PYTHON)
    execFileSync('/usr/bin/python3', [files[3], files[0], files[1], files[2]])
    const expected = Buffer.concat([STEM, Buffer.alloc(HEADER.size - Math.min(HEADER.size, STEM.length))]).subarray(0, HEADER.size)
    for (const {offset, bytes} of REGIONS) bytes.copy(expected, offset)
    expect(readFileSync(files[2]).equals(expected)).to.equal(true)
  })

  const header = (change: object): Buffer => {
    const end = pack.indexOf('\n')
    return Buffer.concat([Buffer.from(JSON.stringify({...JSON.parse(pack.subarray(0, end).toString()) as object, ...change})), pack.subarray(end)])
  }
  const broken: Readonly<Record<string, Buffer>> = {
    'nothing': Buffer.alloc(0),
    'an image': STEM,
    'cut short': pack.subarray(0, -9),
    'another version': header({brmcPack: 2}),
    'a key more': header({more: 1}),
    'regions outside of the image': header({regions: [[0, 30_000]]}),
    'regions over one another': header({regions: [[0, 50], [49, 7800]]}),
    'more bytes than there are': header({regions: [[100, 50], [8192, 7801]]}),
    'fewer bytes than there are': header({regions: [[100, 50], [8192, 7000]]}),
    'a negative offset': header({regions: [[-1, 50]]}),
    'a dictionary that is too large': header({dictionary: [0, 1_000_000]}),
  }
  for (const [what, bytes] of Object.entries(broken)) {
    it(`is refused with a code: ${what}`, () => {
      expect(() => decodePackRegions(decodePackHeader(bytes, 'x'), DICTIONARY, 'x')).to.throw(BrmcError).with.property('code', 'IMAGE_INVALID')
    })
  }
})
