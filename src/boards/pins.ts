import * as z from 'zod'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Commit = z.string().regex(/^[0-9a-f]{40}$/)

/**
 * What a base is built from, which moves only as a whole: Buildroot says which kernel and which firmware it was tried with, so all three are
 * read off one release of it.
 */
export const PinsSchema = z.strictObject({
  version: z.literal(1),
  buildroot: z.strictObject({
    version: z.string().regex(/^\d{4}\.\d{2}(\.\d+)?$/),
    /** Of buildroot-<version>.tar.xz, as the release's signed list has it; absent where the pins were read off a checkout, which then has to be given. */
    sha256: Sha256.optional(),
    /** BR2_VERSION_EPOCH, seconds since 1970: the only time in what is built. */
    epoch: z.int().positive(),
    /** Of the release's tag, where it is known: a clean checkout of it is the release. */
    commit: Commit.optional(),
  }),
  /** Raspberry Pi's kernel: BR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION of configs/raspberrypi*_defconfig, board/raspberrypi/patches/linux/linux.hash. */
  kernel: z.strictObject({commit: Commit, sha256: Sha256}),
  /** Raspberry Pi's boot firmware: RPI_FIRMWARE_VERSION of package/rpi-firmware/rpi-firmware.mk. */
  firmware: z.strictObject({commit: Commit}),
})

export type Pins = z.output<typeof PinsSchema>

/** What this version of brmc was tried with; a project's own brmc.pins.json wins. */
export const SHIPPED_PINS: Pins = {
  version: 1,
  buildroot: {version: '2026.02.3', sha256: '5a59e7501b0b4ec52c41f4bfa79412320e0b37eae5f719605a258e8d0c6fc7fb', epoch: 1_781_643_700, commit: '679b9ead7620bbf193620d1ebf56f53c1764d37a'},
  kernel: {commit: '21b410140c47ffab5668399f6f143c7d7b935c8b', sha256: '7c31df8061aae748a6e72417bfe743a54198fb5bdc96e229ecc605dc621d32ef'},
  firmware: {commit: '063bcab6c8a90efb0d19f69d88cbbc7ec79cab68'},
}
