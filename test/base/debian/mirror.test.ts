import {expect} from 'chai'

import {mirrorAmong} from '../../../src/base/debian/mirror.js'

const MAIN = 'Packages|Debian|Debian|main|bookworm|http://mirror.example/debian/'
const SECURITY = 'Packages|Debian|Debian-Security|main|bookworm-security|http://security.example/debian-security/'
const UPDATES = 'Packages|Debian|Debian|main|bookworm-updates|http://updates.example/debian/'
const THIRD_PARTY = 'Packages|Vendor|Vendor|main|stable|https://vendor.example/debian/'
const NEVER_UPDATED = 'Packages|||main|trixie|https://fresh.example/debian/'

describe('base/debian/mirror', () => {
  const cases: [string, string[], string | undefined][] = [
    ['the main archive, wherever it stands', [SECURITY, UPDATES, THIRD_PARTY, MAIN], 'http://mirror.example/debian'],
    ['updates, when the main archive has another name', [SECURITY, UPDATES], 'http://updates.example/debian'],
    ['what is called debian, when apt was never updated', ['Packages|||main|trixie-security|http://x.example/debian-security/', NEVER_UPDATED], 'https://fresh.example/debian'],
    ['the known one before the unknown one', [NEVER_UPDATED, MAIN], 'http://mirror.example/debian'],
    ['nothing of others', [SECURITY, THIRD_PARTY], undefined],
    ['no compact disc', ['Packages|Debian|Debian|main|bookworm|cdrom:[Debian]/'], undefined],
    ['no sources', ['Sources|Debian|Debian|main|bookworm|http://mirror.example/debian/'], undefined],
    ['nothing of nothing', [''], undefined],
  ]
  for (const [what, lines, expected] of cases) {
    it(`takes ${what}`, () => { expect(mirrorAmong(`${lines.join('\n')}\n`)).to.equal(expected) })
  }
})
