import {createHash} from 'node:crypto'

/** The numbers that tell one card from another, all derived from names, so that equal inputs give equal cards. */
export interface ImageIdentity {
  /** MBR disk signature, 32 bits, never 0; PARTUUID is this in hex and the partition's number. */
  diskSignature: number
  /** FAT volume id, 32 bits. */
  volumeId: number
  /** UUID of the ext4 file system (RFC 9562 version 8: custom). */
  rootUuid: string
  /** Seed of ext4's directory hashes. */
  hashSeed: string
}

export function identityOf(project: string, deployment: string): ImageIdentity {
  const digest = (purpose: string) => createHash('sha256').update(`brmc ${purpose}\0${project}\0${deployment}`).digest()
  return {
    diskSignature: digest('disk').readUInt32LE(0) || 1,
    volumeId: digest('volume').readUInt32LE(0),
    rootUuid: uuidOf(digest('root')),
    hashSeed: uuidOf(digest('hash seed')),
  }
}

function uuidOf(digest: Buffer): string {
  const bytes = Buffer.from(digest.subarray(0, 16))
  bytes[6] = (bytes[6] ?? 0) & 0x0f | 0x80
  bytes[8] = (bytes[8] ?? 0) & 0x3f | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
