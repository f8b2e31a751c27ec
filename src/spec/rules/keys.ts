import {authorizedKeyProblem} from '../authorized-key.js'
import {holdsPrivateKey} from '../secrets.js'
import type {Rule} from './rule.js'

export const authorizedKeysAreKeys: Rule = {
  id: 'N22',
  name: 'authorizedKeysAreKeys',
  severity: 'error',
  check: ({spec}) => spec.system.ssh.authorizedKeys.flatMap((line, index) => {
    const problem = authorizedKeyProblem(line)
    return problem && !holdsPrivateKey(line) ? [{path: ['system', 'ssh', 'authorizedKeys', index], ...problem}] : []
  }),
}

export const noPrivateKey: Rule = {
  id: 'N23',
  name: 'noPrivateKey',
  severity: 'error',
  check: ({spec}) => spec.system.ssh.authorizedKeys.flatMap((line, index) => {
    const problem = authorizedKeyProblem(line)
    return problem && holdsPrivateKey(line) ? [{path: ['system', 'ssh', 'authorizedKeys', index], ...problem}] : []
  }),
}

export const hostKeysLast: Rule = {
  id: 'N38',
  name: 'hostKeysLast',
  severity: 'warning',
  check: ({spec}) => spec.root === 'ram' && spec.system.ssh.authorizedKeys.length > 0
    ? [{
      path: ['system', 'ssh', 'authorizedKeys'],
      message: 'with root: ram the router makes new SSH host keys at every boot',
      seen: "ssh refuses to connect after each power cut: REMOTE HOST IDENTIFICATION HAS CHANGED; who gets used to it no longer notices somebody else's machine",
      fix: 'use root: ext4, which keeps the keys it makes at the first login',
    }]
    : [],
}
