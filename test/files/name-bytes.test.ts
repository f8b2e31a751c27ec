import {expect} from 'chai'

import {bytesOfName, nameLength, textOfName} from '../../src/files/name-bytes.js'

describe('files/name-bytes', () => {
  const cases: [string, string, string][] = [
    ['plain letters', '726f7574', 'rout'],
    ['UTF-8 of two, three and four bytes', 'c3a9e697a5f09f9880', 'é日😀'],
    ['Latin-1', '63616665e9', 'cafe\uDCE9'],
    ['Latin-1 before a letter', 'e974e9', '\uDCE9t\uDCE9'],
    ['a sequence that is cut short', 'e697', '\uDCE6\uDC97'],
    ['a surrogate as UTF-8 would never have it', 'edb380', '\uDCED\uDCB3\uDC80'],
    ['a letter written longer than it is', 'c0af', '\uDCC0\uDCAF'],
    ['the sign that stands for what is not known', 'efbfbd', '\uFFFD'],
    ['that sign beside a byte that is not UTF-8', 'efbfbdff', '\uFFFD\uDCFF'],
  ]
  for (const [title, hex, text] of cases) {
    it(`${title}, there and back`, () => {
      const bytes = Buffer.from(hex, 'hex')
      expect(textOfName(bytes)).to.equal(text)
      expect(bytesOfName(text).toString('hex')).to.equal(hex)
      expect(nameLength(text)).to.equal(bytes.length)
    })
  }

  it('keeps every pair of bytes apart', () => {
    const seen = new Set<string>()
    for (let one = 0; one < 256; one++) {
      for (let other = 0; other < 256; other++) {
        const bytes = Buffer.from([one, other])
        const text = textOfName(bytes)
        if (!bytesOfName(text).equals(bytes)) expect.fail(`${bytes.toString('hex')} came back as ${bytesOfName(text).toString('hex')}`)
        seen.add(text)
      }
    }

    expect(seen.size).to.equal(65_536)
  })
})
