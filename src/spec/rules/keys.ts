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
