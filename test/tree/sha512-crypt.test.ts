import {execFileSync} from 'node:child_process'

import {expect} from 'chai'

import {saltFor, sha512Crypt} from '../../src/tree/sha512-crypt.js'

describe('SHA-512-crypt', () => {
  const passwords: [string, string][] = [
    ['Hello world!', 'saltstring'], ['a', 'x'], ['correct horse battery staple', '0123456789abcdef'], ['x'.repeat(63), 'a'], ['x'.repeat(64), 'a'], ['x'.repeat(128), 'ab'], ['pässword'.repeat(9), './z'],
  ]
  for (const [password, salt] of passwords) {
    it(`is what openssl makes of ${password.length} letters and the salt ${salt}`, () => {
      expect(sha512Crypt(password, salt)).to.equal(execFileSync('openssl', ['passwd', '-6', '-salt', salt, '-stdin'], {input: `${password}\n`, encoding: 'utf8'}).trim())
    })
  }

  it('has a salt of its own for each image, always the same', () => {
    expect(saltFor('router/default')).to.match(/^[./0-9A-Za-z]{16}$/).and.equal(saltFor('router/default')).and.not.equal(saltFor('router/lab'))
  })
})
