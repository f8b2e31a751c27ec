import type {SpecPath} from './finding.js'

/** Stands for a secret wherever a spec is shown or kept; long enough to be a passphrase, so that the schema still holds. */
export const WITHHELD = '(withheld)'
/** Well-formed, and of no password: nothing comes to all zeros. */
export const WITHHELD_HASH = `$6$withheld$${'.'.repeat(86)}`
const WITHHELD_WORD = 'withheld'
/** Well-formed, and of no pair of keys: all its 32 bytes are zero. */
const WITHHELD_KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32]), Buffer.alloc(32)]).toString('base64')} withheld`

/** Values that decide nothing but themselves: `*` is any key or index. */
const FREE_TEXTS: readonly (readonly [path: string, standIn: string])[] = [
  ['system.hostname', WITHHELD_WORD],
  ['system.password', WITHHELD],
  ['system.passwordHash', WITHHELD_HASH],
  ['system.sysctl.*', WITHHELD],
  ['system.ssh.authorizedKeys.*', WITHHELD_KEY],
  ['interfaces.*.accessPoint.ssid', WITHHELD],
  ['interfaces.*.accessPoint.passphrase', WITHHELD],
  ['values.*', WITHHELD_WORD],
  ['values.*.*', WITHHELD_WORD],
  ['values.*.*.*', WITHHELD_WORD],
]

/**
 * What takes the place of a secret where its value must not be: as good as any to schema and rules. Undefined for what decides other things
 * too, as an address does: nothing can stand for it.
 */
export function standInAt(path: SpecPath): string | undefined {
  return FREE_TEXTS.find(([pattern]) => {
    const keys = pattern.split('.')
    return keys.length === path.length && keys.every((key, index) => key === '*' || key === path[index])
  })?.[1]
}

/** Another one: what differs between the two is made of the value. */
export function otherStandInAt(path: SpecPath): string | undefined {
  const standIn = standInAt(path)
  return standIn === WITHHELD_HASH ? standIn.replace('withheld', 'withheldtoo') : standIn?.replace('withheld', 'withheld-too')
}
