import {findAll, type Cause} from './cause.js'

/** From installed packages to images. */
export const finishingCauses: readonly Cause[] = [
  {
    name: 'overlay-missing',
    patterns: [/^rsync: (?:\[sender\] )?(?:change_dir|link_stat) "(?<folder>[^"]+)" failed: No such file or directory/],
    cause: ({groups}) => `${groups['folder'] ?? 'a folder'} is to be laid over the root (BR2_ROOTFS_OVERLAY) or copied, and is not there`,
    wayOut: 'brmc generate makes overlays/; by hand: BRMC_DEPLOYMENT must name a deployment, a folder of your own needs its full path (a container sees only what is mounted)',
  },
  {
    name: 'overlay-not-merged',
    patterns: [/^The (?<kind>overlay|skeleton|\S+) in (?<folder>\S+) is not properly setup/, /The overlay in (?<folder>\S+) is not using a merged/],
    cause: ({groups}) => `/bin, /sbin and /lib are links into /usr here (BR2_ROOTFS_MERGED_USR), and ${groups['folder'] ?? 'the overlay'} has folders in their places`,
    wayOut: 'move what is in bin, sbin and lib of the overlay to usr/bin, usr/sbin and usr/lib',
  },
  {
    name: 'rootfs-too-small',
    patterns: [
      /Maybe you need to increase the filesystem size \((?<symbol>BR2_\w+)\)/,
      /Could not allocate block in ext2 filesystem/,
      /ext4_allocate_best_fit_partial/,
    ],
    cause: 'the root file system is larger than its image',
    wayOut: ({groups}) => `raise ${groups['symbol'] ?? 'BR2_TARGET_ROOTFS_EXT2_SIZE'}; brmc needs no image of Buildroot's (BR2_TARGET_ROOTFS_TAR is enough) and computes the size itself`,
  },
  {
    name: 'boot-partition-too-small',
    patterns: [/mcopy: .*Disk full|^Disk full$/, /genimage.*(?:exceeds|does not fit|too small)/i],
    cause: 'kernel and firmware do not fit into the FAT partition',
    wayOut: "raise size of boot.vfat in genimage.cfg; brmc's own composing computes it",
  },
  {
    name: 'genimage-input',
    patterns: [/ERROR: \w+\((?<image>[^)]+)\): could not setup (?<file>\S+)/],
    cause: ({groups}) => `genimage is to put ${groups['file'] ?? 'a file'} into ${groups['image'] ?? 'an image'}, and it is not in images/`,
    wayOut: 'the package that makes it is not chosen (rpi-firmware and its variant, a device tree), or its name in genimage.cfg is wrong',
  },
  {
    name: 'script-cannot-run',
    patterns: [
      /^\/bin\/(?:ba)?sh: (?:line )?\d+: (?<file>\S+\.(?:sh|py|pl)): (?<why>Permission denied|cannot execute|No such file|bad interpreter|not found)/,
      /^(?:env|\/usr\/bin\/env): [‘'](?<file>[^’']+\r?)[’']: No such file/,
    ],
    cause: ({groups}) => `the script ${groups['file'] ?? ''} cannot be run: ${groups['why'] ?? 'its interpreter is not there'}`,
    wayOut: 'is it there, with its full path? is it executable (chmod +x)? does its first line name an interpreter the machine has, without a CR at its end (dos2unix)?',
  },
  {
    name: 'wrong-architecture',
    patterns: [/^ERROR: architecture for "(?<file>[^"]+)" is "(?<got>[^"]+)", should be "(?<wanted>[^"]+)"/],
    cause: ({groups}) => `${groups['file'] ?? 'a program'} is made for ${groups['got'] ?? 'another processor'}, not for ${groups['wanted'] ?? 'the target'}: the package took the machine's own compiler, or brings ready-made programs`,
    wayOut: 'hand it the cross compiler ($(TARGET_CONFIGURE_OPTS)); for ready-made programs of another processor: <PACKAGE>_BIN_ARCH_EXCLUDE',
  },
  {
    name: 'installs-into-output',
    patterns: [/^(?<package>\S+): installs files in (?<folder>\S+)/],
    cause: ({groups}) => `${groups['package'] ?? 'the package'} put its files into ${groups['folder'] ?? 'the output folder'} inside the target: it took DESTDIR and a full path together`,
    wayOut: 'its prefix must be /usr, with DESTDIR before it; then make clean, for the wrong folder stays in target/',
  },
  {
    name: 'rpath',
    patterns: [/^\*\*\* ERROR: package (?<package>\S+) installs executables without proper RPATH/],
    cause: ({groups}) => `programs of ${groups['package'] ?? 'a host package'} would look for libraries outside host/; often the output was moved, or holds programs from an older configuration`,
    wayOut: 'start afresh (make clean; ccache and downloads stay)',
  },
  {
    name: 'device-table',
    patterns: [/^makedevs: (?:line (?<line>\d+): )?(?<text>.+)$/],
    cause: ({groups}) => `the device table is wrong${groups['line'] === undefined ? '' : ` in line ${groups['line']}`}: ${groups['text'] ?? ''}`,
    wayOut: 'look at board/common/device_table.txt: a file it names must be in the target',
  },
  {
    name: 'users-table',
    patterns: [/^(?:\S*\/)?mkusers: (?<text>.+)$/],
    cause: ({groups}) => `the table of users contradicts itself: ${groups['text'] ?? ''}`,
    wayOut: 'look at BR2_ROOTFS_USERS_TABLES and at users of packages with the same number',
  },
  {
    name: 'files-in-ld-so-conf',
    patterns: [/^ERROR: we shouldn't have a (?<file>\S+)/],
    cause: ({groups}) => `the target has ${groups['file'] ?? 'a file'} that Buildroot does not allow; an earlier build or a package left it`,
    wayOut: 'make clean, and find the package that installs it',
  },
  {
    name: 'license-changed',
    patterns: [/^ERROR: while checking hashes from (?<file>\S+\.hash)$/],
    sign: true,
    cause: ({groups}) => `a licence or source is not the one in ${groups['file'] ?? 'the .hash file'}; with <PACKAGE>_OVERRIDE_SRCDIR that is to be expected`,
    wayOut: '<PACKAGE>_LICENSE_FILES = in external.mk for a package that is overridden',
  },
  {
    name: 'script-failed',
    patterns: [/^(?:post-build|post-image)\S*: (?<text>.+)$/],
    sign: true,
    cause: seen => `a script of the project ended with an error: ${findAll(seen, /^(?:post-build|post-image)\S*: (.+)$/).join('; ')}`,
    wayOut: 'run it by hand with the environment that Buildroot gives (TARGET_DIR, BINARIES_DIR, HOST_DIR)',
  },
]
