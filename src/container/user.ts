import type {User} from './workshop.js'

const FIRST_USER = 1000

/** Who the build runs as: never root, whose mistakes count for more, and as whom some packages refuse to be configured. */
export function buildUser({uid, gid, sudoUid, sudoGid}: User): {uid: number, gid: number} {
  if (uid !== 0) return {uid, gid}
  if (sudoUid !== undefined && sudoUid !== 0) return {uid: sudoUid, gid: sudoGid ?? sudoUid}
  return {uid: FIRST_USER, gid: FIRST_USER}
}
