import {didYouMean} from '../suggest.js'

/** In the order of their numbers: include/uapi/linux/capability.h. */
const NAMES = ('chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw'
  + ' ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease'
  + ' audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore').split(' ').map(name => `cap_${name}`)

const ALL = (1n << BigInt(NAMES.length)) - 1n
const VFS_CAP_REVISION_2 = 0x0200_0000
const VFS_CAP_FLAGS_EFFECTIVE = 1
const SIZE = 20
const WORD = 0xffff_ffffn
const CLAUSE = /^([a-z_][a-z0-9_,]*)[=+]([eip]+)$/

/**
 * What setcap(8) takes, `cap_net_raw,cap_net_admin+ep`, several with blanks between, as the attribute security.capability holds it
 * (struct vfs_cap_data). A text says what is wrong.
 */
export function encodeCapabilities(text: string): Buffer | string {
  const sets = {e: 0n, i: 0n, p: 0n}
  for (const clause of text.trim().split(/\s+/)) {
    const [, names = '', flags = ''] = CLAUSE.exec(clause) ?? []
    if (names === '') return `${JSON.stringify(clause)} is not as in cap_net_raw,cap_net_admin+ep (flags e, p, i)`
    let bits = 0n
    for (const name of names.split(',')) {
      if (name !== 'all' && !NAMES.includes(name)) return unknown(name)
      bits |= name === 'all' ? ALL : 1n << BigInt(NAMES.indexOf(name))
    }

    for (const flag of flags as Iterable<keyof typeof sets>) sets[flag] |= bits
  }

  // A file has one bit for all of them: its capabilities take effect when the program starts, or when it asks for them.
  if (sets.e !== 0n && sets.e !== (sets.p | sets.i)) return 'e holds for all capabilities of a file or for none: write it with each'
  const value = Buffer.alloc(SIZE)
  value.writeUInt32LE(VFS_CAP_REVISION_2 | (sets.e === 0n ? 0 : VFS_CAP_FLAGS_EFFECTIVE), 0)
  // Two pairs of words: capabilities 0 to 31, then the rest.
  for (const [index, down] of [0n, 32n].entries()) {
    value.writeUInt32LE(Number(sets.p >> down & WORD), 4 + index * 8)
    value.writeUInt32LE(Number(sets.i >> down & WORD), 8 + index * 8)
  }

  return value
}

function unknown(name: string): string {
  const meant = didYouMean(name, NAMES)
  return `${name} is no capability${meant === undefined ? '' : `; did you mean ${meant}?`}`
}
