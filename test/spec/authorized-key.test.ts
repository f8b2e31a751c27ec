import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {authorizedKeyProblem} from '../../src/spec/authorized-key.js'

describe('authorizedKeyProblem', () => {
  let folder = ''
  before(() => { folder = mkdtempSync(join(tmpdir(), 'brmc-keys-')) })
  after(() => { rmSync(folder, {recursive: true}) })

  const make = (...args: string[]): {publicKey: string, privateKey: string} => {
    const file = join(folder, args.join(''))
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'someone@somewhere', '-f', file, ...args])
    return {publicKey: readFileSync(`${file}.pub`, 'utf8').trim(), privateKey: readFileSync(file, 'utf8')}
  }

  for (const args of [['-t', 'ed25519'], ['-t', 'rsa', '-b', '2048'], ['-t', 'ecdsa', '-b', '256'], ['-t', 'ecdsa', '-b', '384'], ['-t', 'ecdsa', '-b', '521']]) {
    it(`takes what ssh-keygen ${args.join(' ')} makes, and nothing cut off from it`, () => {
      const {publicKey, privateKey} = make(...args)
      expect(authorizedKeyProblem(publicKey)).to.equal(undefined)
      expect(authorizedKeyProblem(`restrict,command="echo a b" ${publicKey}`)).to.equal(undefined)
      const [type = '', blob = ''] = publicKey.split(' ')
      expect(authorizedKeyProblem(`${type} ${blob.slice(0, -8)}`)?.message).to.match(/cut off/)
      expect(authorizedKeyProblem(`${type} ${blob.slice(0, 40)}!${blob.slice(41)}`)?.message).to.match(/not base64/)
      expect(authorizedKeyProblem(`${type === 'ssh-rsa' ? 'ssh-ed25519' : 'ssh-rsa'} ${blob}`)?.message).to.match(/another type/)
      expect(authorizedKeyProblem(type)?.message).to.match(/missing/)

      const secret = privateKey.split('\n')[2] ?? ''
      const problem = authorizedKeyProblem(privateKey.replaceAll('\n', ' '))
      expect(problem?.message).to.match(/private key/)
      expect(JSON.stringify(problem)).not.to.include(secret.slice(0, 12))
    })
  }

  for (const line of ['hello', 'ssh-foo AAAA', 'AAAAC3NzaC1lZDI1NTE5', 'you@laptop ssh-ed25519 AAAA']) {
    it(`refuses ${JSON.stringify(line)}`, () => { expect(authorizedKeyProblem(line)).not.to.equal(undefined) })
  }
})
