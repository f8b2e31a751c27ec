import {BrmcError} from '../../errors.js'

// include/uapi/linux/posix_acl_xattr.h and fs/ext4/acl.h: the same list in two forms.
const XATTR_VERSION = 2
const EXT4_VERSION = 1
const HEADER = 4
const XATTR_ENTRY = 8
/** ACL_USER and ACL_GROUP, the entries that name somebody. */
const NAMED_TAGS = new Set([0x02, 0x08])

/** The value of system.posix_acl_* as programs see it -> as ext4 keeps it. Throws BrmcError OVERLAY_INVALID naming `path`. */
export function encodeAcl(value: Buffer, path: string): Buffer {
  if (value.length < HEADER || (value.length - HEADER) % XATTR_ENTRY !== 0 || value.readUInt32LE(0) !== XATTR_VERSION) {
    throw new BrmcError('OVERLAY_INVALID', `${path} has an ACL in a form that is not known`)
  }

  const header = Buffer.alloc(HEADER)
  header.writeUInt32LE(EXT4_VERSION, 0)
  const entries = Array.from({length: (value.length - HEADER) / XATTR_ENTRY}, (_, index) => {
    const at = HEADER + index * XATTR_ENTRY
    return value.subarray(at, at + (NAMED_TAGS.has(value.readUInt16LE(at)) ? XATTR_ENTRY : XATTR_ENTRY - 4))
  })
  return Buffer.concat([header, ...entries])
}
