import type {Board} from '../../boards/boards.js'
import type {RootEntry} from '../../overlay/entry.js'
import {filesIn, withTargets, type PackageTree} from './package-tree.js'

const FIRMWARE = 'usr/lib/firmware'

/** The rules of radio use per country. The kernel believes the file whose signature its own keys made: Debian's kernel, Debian's. */
const REGULATORY = [['regulatory.db', 'regulatory.db-debian'], ['regulatory.db.p7s', 'regulatory.db.p7s-debian']] as const

/**
 * Firmware for the board's radio (brcmfmac asks for <stem>.<compatible of the board>.{bin,txt,clm_blob}, then <stem>.{bin,txt,clm_blob}), and the regulatory database.
 * `missing` are the stems that no package has: that radio stays silent.
 */
export function firmwareFiles(tree: PackageTree, {radioFirmware}: Pick<Board, 'radioFirmware'>): {entries: RootEntry[], missing: string[]} {
  const taken = new Map<string, RootEntry>()
  const take = (path: string) => {
    for (const entry of withTargets(tree, path)) taken.set(entry.path, entry)
  }
  const files = filesIn(tree, `${FIRMWARE}/brcm`)
  for (const stem of radioFirmware) files.filter(path => isFor(path, `${FIRMWARE}/brcm/${stem}`)).forEach(take)
  for (const [name, debian] of REGULATORY) {
    const ours = `${FIRMWARE}/${debian}`
    if (tree.has(ours)) take(ours)
    else take(`${FIRMWARE}/${name}`)
    // Debian's maintainer script makes this link (update-alternatives); scripts do not run here.
    if (tree.has(ours)) taken.set(`${FIRMWARE}/${name}`, {path: `${FIRMWARE}/${name}`, type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: 0, size: 0, target: debian})
  }

  return {entries: [...taken.values()], missing: radioFirmware.filter(stem => !files.includes(`${FIRMWARE}/brcm/${stem}.bin`))}
}

/** The same radio sits on many boards: those of other makers have settings of their own. */
function isFor(path: string, stem: string): boolean {
  return ['.bin', '.clm_blob', '.txt'].some(end => path === stem + end) || path.startsWith(`${stem}.raspberrypi,`)
}
