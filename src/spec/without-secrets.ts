import {replaceAt, type SecretUse} from './fill-secrets.js'
import {resolveDeployment} from './resolve.js'
import type {Deployment} from './deployment.js'
import type {Spec} from './schema.js'
import {SecretReference} from './secret-reference.js'
import {isSecretKey} from './secrets.js'
import {otherStandInAt, standInAt, WITHHELD, WITHHELD_HASH} from './stand-ins.js'

/** The spec without what must not be known: fit for a terminal, a log. What `!secret` names is named again. */
export function withSecretsNamed(spec: Spec, uses: readonly SecretUse[]): Spec {
  return replaceAt(withoutPassphrases(spec), uses, ({name}) => new SecretReference(name))
}

/** The same as JSON that stays a spec, for a manifest. What nothing can stand for is named: `{"secret": "uplink"}`. */
export function withoutSecrets(spec: Spec, uses: readonly SecretUse[] = []): Spec {
  return replaceAt(withoutPassphrases(spec), uses, ({name, path}) => standInAt(path) ?? {secret: name})
}

function withoutPassphrases(spec: Spec): Spec {
  const interfaces = Object.fromEntries(Object.entries(spec.interfaces).map(([name, {accessPoint, ...rest}]) =>
    [name, accessPoint ? {...rest, accessPoint: {...accessPoint, passphrase: WITHHELD}} : rest]))
  const {password, passwordHash} = spec.system
  const system = {...spec.system, ...password !== undefined && {password: WITHHELD}, ...passwordHash !== undefined && {passwordHash: WITHHELD_HASH}}
  const values = Object.fromEntries(Object.entries(spec.values).map(([name, value]) => [name, isSecretKey(name) ? WITHHELD : value]))
  return {...spec, system, interfaces, values}
}

/** For each secret of a deployment, that deployment with another value in its place: what then becomes different is made of the secret. */
export interface WithoutSecret {
  secret: string
  /** Absent where the value decides so much that nothing can stand for it. */
  deployment?: Deployment
}

export function withoutEachSecret(spec: Spec, uses: readonly SecretUse[], name: string): WithoutSecret[] {
  return [...new Set(uses.map(use => use.name))].sort().map(secret => {
    const own = uses.filter(use => use.name === secret)
    if (own.some(({path}) => otherStandInAt(path) === undefined)) return {secret}
    return {secret, deployment: resolveDeployment(replaceAt(spec, own, ({path}) => otherStandInAt(path)), name)}
  })
}
