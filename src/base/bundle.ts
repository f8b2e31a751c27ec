import * as z from 'zod'

/**
 * The narrow waist: what a base provider makes and everything after it uses. On disk a folder
 * `<key>/` holding `rootfs.tar`, `boot/` (the files of the FAT partition, but for cmdline.txt) and `bundle.json`, which is this.
 */
export const BundleSchema = z.strictObject({
  version: z.literal(1),
  /** sha256 over all that went in; the folder's name. */
  key: z.string(),
  provider: z.enum(['debian', 'buildroot']),
  board: z.string(),
  /** `uname -r` of the kernel: the folder below /lib/modules. */
  kernelRelease: z.string(),
  /** File below boot/ that the firmware loads as kernel. */
  kernel: z.string(),
  /** File below boot/ that finds and mounts an ext4 root; absent where the kernel can do it alone. */
  initramfs: z.string().optional(),
  /** Names of device trees and serial ports are those of kernel.org's kernel, not of Raspberry Pi's. */
  upstreamKernel: z.boolean().optional(),
  /** The only time there is in what is built from this base: seconds since 1970. */
  sourceDateEpoch: z.number().int(),
  packages: z.array(z.strictObject({name: z.string(), version: z.string()})),
  /** Bytes of every other file of the bundle, by its path in it: shows at little cost that one was cut short. */
  sizes: z.record(z.string(), z.int().nonnegative()),
  /** What went into the key, by name, as names and hashes: tells why a base does not fit where it is wanted. Where there, `key` is bundleKey of it. */
  ingredients: z.record(z.string(), z.json()).optional(),
})

export type Bundle = z.output<typeof BundleSchema>

/** Names inside the folder of a bundle. */
export const ROOTFS_TAR = 'rootfs.tar'
export const BOOT_FOLDER = 'boot'
export const BUNDLE_FILE = 'bundle.json'
