import type {ContentAt} from '../overlay/entry.js'

/** A file of the FAT partition. */
export interface BootFile {
  /** Relative to the partition's root, with `/` between folders: `overlays/vc4-kms-v3d.dtbo`. */
  path: string
  /** Bytes. */
  size: number
  content: Buffer | ContentAt
  /** Differs from deployment to deployment: laid behind the others, so that what they share lies at the same place in each image. */
  varies?: boolean
}
