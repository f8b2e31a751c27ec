import type {TemplateValues} from '../overlay/overlay-template.js'
import {replaceAt, type SecretUse} from './fill-secrets.js'
import type {Spec} from './schema.js'
import {otherStandInAt} from './stand-ins.js'

/** Whose values they are. */
export interface Valued {
  spec: Spec
  /** Where its values are secrets. */
  secrets: readonly SecretUse[]
}

const KEYS = ['name', 'board', 'base', 'root', 'system', 'interfaces', 'nat', 'firewall', 'multicast', 'values'] as const

/** What templates of overlays find by name: keys of the deployment's file as `brmc config show NAME --json` has them, addresses as lists, and `deployment`, its name. */
export function templateValues(spec: Spec, deployment: string): TemplateValues {
  // One address may be written as a text; a template need not ask.
  const interfaces = Object.fromEntries(Object.entries(spec.interfaces).map(([name, {address, ...rest}]) =>
    [name, {...rest, ...address !== undefined && {address: Array.isArray(address) ? address : [address]}}]))
  return {deployment, ...Object.fromEntries(KEYS.map(key => [key, spec[key]])), interfaces}
}

/** For each secret, the values with another in its place: what is then rendered otherwise is made of the secret. */
export function valuesWithoutEachSecret({spec, secrets}: Valued, deployment: string): {secret: string, values: TemplateValues}[] {
  return [...new Set(secrets.map(({name}) => name))].sort().map(secret => ({
    secret, values: templateValues(replaceAt(spec, secrets.filter(({name}) => name === secret), ({path}) => otherStandInAt(path) ?? ''), deployment),
  }))
}
