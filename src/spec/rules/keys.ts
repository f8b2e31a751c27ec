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

export const passwordIsSecret: Rule = {
  id: 'N144',
  name: 'passwordIsSecret',
  severity: 'error',
  check: ({spec, secrets}) => spec.system.password !== undefined && !secrets.some(({path}) => path.join('.') === 'system.password')
    ? [{
      path: ['system', 'password'],
      message: "root's password stands in the file itself: whoever reads the project can log in",
      fix: 'write password: !secret root, and the value where only you can read it (docs/secrets.md); or passwordHash: with what openssl passwd -6 prints',
    }]
    : [],
}

export const onePassword: Rule = {
  id: 'N145',
  name: 'onePassword',
  severity: 'error',
  check: ({spec: {system}}) => system.password !== undefined && system.passwordHash !== undefined
    ? [{path: ['system', 'passwordHash'], message: 'password and passwordHash say the same thing twice', fix: 'keep one of them; in a deployment, null takes the other away'}]
    : [],
}
