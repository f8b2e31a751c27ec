/**
 * Ends of builds that cannot be provoked quickly on one machine, in the words of Buildroot's own sources (toolchain/helpers.mk, support/dependencies,
 * fs/ext2/ext2.mk) and of reports: cause, what comes before make's last word, and words that must be in the explanation.
 */
export const reported: Record<string, {lines: string[], words?: string[]}> = {
  // OP-TEE/build #842, chunkeey/FritzBox-4040-UBOOT #12
  'host-gcc-too-new (gcc 15)': {
    lines: [
      '>>> host-m4 1.4.19 Building', 'In file included from cmd_load.c:32:', "include/xyzModem.h:102:22: error: 'bool' cannot be defined via 'typedef'",
      '  102 | typedef unsigned int bool;', "include/xyzModem.h:102:22: note: 'bool' is a keyword with '-std=c23' onwards", 'make[3]: *** [Makefile:1: x.o] Error 1',
      'make: *** [package/pkg-generic.mk:273: /output/build/host-m4-1.4.19/.stamp_built] Error 2',
    ],
    words: ['gcc 15'],
  },
  // LibreELEC/LibreELEC.tv #9164
  'host-gcc-too-new (gcc 14)': {
    lines: [
      '>>> host-fakeroot 1.32 Building', 'libfakeroot.c:99:3: error: passing argument 1 of ‘f’ from incompatible pointer type [-Wincompatible-pointer-types]',
      'make: *** [package/pkg-generic.mk:273: /output/build/host-fakeroot-1.32/.stamp_built] Error 2',
    ],
  },
  // raspberrypi/linux #3444, hanwckf/rt-n56u #775
  'case-insensitive': {
    lines: [
      '>>> linux 6.12.61 Building', "make[4]: *** No rule to make target 'net/netfilter/xt_TCPMSS.o', needed by 'net/netfilter/'.  Stop.",
      'make: *** [package/pkg-generic.mk:273: /output/build/linux-6.12.61/.stamp_built] Error 2',
    ],
    words: ['macOS', 'docker volume'],
  },
  'case-insensitive (in git)': {lines: ['warning: the following paths have collided (e.g. case-sensitive paths', 'make: *** [Makefile:1: x] Error 1']},
  // nickaknudson/snapcast-pi #4
  'rootfs-too-small': {
    lines: [
      '>>>   Generating filesystem image rootfs.ext2', '__populate_fs: Could not allocate block in ext2 filesystem while writing file "rfcomm.ko"',
      '*** Maybe you need to increase the filesystem size (BR2_TARGET_ROOTFS_EXT2_SIZE)', 'make: *** [fs/ext2/ext2.mk:71: /output/images/rootfs.ext2] Error 1',
    ],
  },
  'rpath': {
    lines: [
      '>>> host-binutils 2.43 Installing to host directory', '*** ERROR: package host-binutils installs executables without proper RPATH:', '***   /output/host/bin/xmlwf',
      'make: *** [package/pkg-generic.mk:283: /output/build/host-binutils-2.43/.stamp_host_installed] Error 1',
    ],
  },
  // joshiemoore/snakeware #142
  'root-user': {
    lines: [
      '>>> host-tar 1.35 Configuring', "checking whether mknod can create fifo without root privileges... configure: error: in `/output/build/host-tar-1.35':",
      'configure: error: you should not run configure as root (set FORCE_UNSAFE_CONFIGURE=1 in environment to bypass this check)', "See `config.log' for more details",
      'make: *** [package/pkg-generic.mk:263: /output/build/host-tar-1.35/.stamp_configured] Error 1',
    ],
    words: ['docker run --user'],
  },
  'distribution-toolchain': {
    lines: [
      '>>> toolchain-external-custom  Configuring', 'Distribution toolchains are unsuitable for use by Buildroot,', 'as they were configured in a way that makes them non-relocatable,',
      'make: *** [package/pkg-generic.mk:263: /output/build/toolchain-external-custom/.stamp_configured] Error 1',
    ],
  },
  'c-library-lacks': {
    lines: [
      '>>> toolchain-external-custom  Configuring', 'IPv6 support not available in C library, toolchain unsuitable for Buildroot',
      'make: *** [package/pkg-generic.mk:263: /output/build/toolchain-external-custom/.stamp_configured] Error 1',
    ],
    words: ['IPv6 support'],
  },
  'no-sysroot': {lines: ['Unable to detect the toolchain sysroot, Buildroot cannot use this toolchain.', 'make: *** [package/pkg-generic.mk:263: /output/build/toolchain-external-custom/.stamp_configured] Error 1']},
  'toolchain-abi': {lines: ['Incorrect ABI setting: EABIhf selected, but toolchain is incompatible', 'make: *** [package/pkg-generic.mk:263: /output/build/toolchain-external-custom/.stamp_configured] Error 1']},
  'not-on-server': {
    lines: [
      '>>> linux 21b4101 Downloading', "wget -nd -t 3 --connect-timeout=10 -O '/output/build/.l/output' 'https://github.com/raspberrypi/linux/archive/21b4101/linux-21b4101.tar.gz'",
      'HTTP request sent, awaiting response... 404 Not Found', '2026-01-01 00:00:00 ERROR 404: Not Found.', 'make: *** [package/pkg-generic.mk:179: /output/build/linux-21b4101/.stamp_downloaded] Error 1',
    ],
    words: ['404 Not Found', 'https://github.com/raspberrypi/linux/archive/21b4101/linux-21b4101.tar.gz'],
  },
  'no-connection': {
    lines: ['>>> x 1 Downloading', 'Connecting to sources.example.org (sources.example.org)|192.0.2.1|:443... failed: Connection refused.', 'make: *** [package/pkg-generic.mk:179: /output/build/x-1/.stamp_downloaded] Error 1'],
    words: ['Connection refused'],
  },
  'certificate': {
    lines: ['>>> x 1 Downloading', "ERROR: cannot verify sources.example.org's certificate, issued by ‘CN=proxy’:", 'make: *** [package/pkg-generic.mk:179: /output/build/x-1/.stamp_downloaded] Error 1'],
    words: ['ca-certificates'],
  },
  'git-no-such-commit': {lines: ["Commit 'deadbeef' does not exist in this repository", 'make: *** [package/pkg-generic.mk:179: /output/build/x-1/.stamp_downloaded] Error 1'], words: ['deadbeef']},
  'quota': {lines: ["cp: error writing 'x': Disk quota exceeded", 'make: *** [Makefile:1: x] Error 1']},
  'out-of-memory': {lines: ['cc1plus: out of memory allocating 65536 bytes after a total of 1 bytes', 'make: *** [Makefile:1: x] Error 1']},
  'disk-defect': {lines: ["cp: error reading 'x': Input/output error", 'make: *** [Makefile:1: x] Error 1']},
  'killed (by the kernel, named by make)': {lines: ['make[2]: *** [Makefile:1: x] Killed', 'make: *** [package/pkg-generic.mk:273: /output/build/x-1/.stamp_built] Error 2']},
  'host-tool-too-old (make)': {lines: ["Makefile:105: *** You have make '3.79' installed. GNU make >= 3.81 is required.  Stop."], words: ['3.79']},
  'host-tool-too-old (patch)': {lines: ["You have GNU patch '2.5' installed.  GNU patch >= 2.7 is required", 'make: *** [support/dependencies/dependencies.mk:27: dependencies] Error 1'], words: ['patch', '2.5']},
  'perl-modules': {
    lines: ['Your Perl installation is not complete enough; at least the following', 'modules are missing:', '', '\t Thread::Queue', '\t IPC::Cmd', '', 'make: *** [support/dependencies/dependencies.mk:27: dependencies] Error 1'],
    words: ['Thread::Queue, IPC::Cmd'],
  },
  'locale': {lines: ['You need at least one UTF8 locale to build a toolchain supporting locales', 'make: *** [support/dependencies/dependencies.mk:27: dependencies] Error 1']},
  'clock-skew': {lines: ['make[1]: warning:  Clock skew detected.  Your build may be incomplete.', 'make: *** [Makefile:1: x] Error 1']},
  'no-symlinks': {lines: ["ln: failed to create symbolic link '/output/host/lib64': Operation not permitted", 'make: *** [Makefile:1: x] Error 1']},
  'name-too-long': {lines: ['/bin/sh: Argument list too long', 'make: *** [Makefile:1: x] Error 126']},
  'other-machine-tools': {
    lines: ["/output/host/bin/genimage: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /output/host/bin/genimage)", 'make: *** [Makefile:843: target-post-image] Error 1'],
    words: ['GLIBC_2.38', 'make clean'],
  },
  'interrupted': {lines: ['>>> linux 6.12.61 Building', 'make[1]: *** [Makefile:240: __sub-make] Interrupt', 'make: *** [package/pkg-generic.mk:273: /output/build/linux-6.12.61/.stamp_built] Interrupt']},
  'not-configured': {lines: ['Makefile:981: *** Please configure Buildroot first (e.g. "make menuconfig").  Stop.']},
  'no-provider': {lines: ['package/opengl/libegl/libegl.mk:7: *** No implementation selected for virtual package libegl. Configuration error.  Stop.'], words: ['libegl']},
  'makefile-says': {lines: ['linux/linux.mk:667: *** No kernel defconfig name specified, check your BR2_LINUX_KERNEL_DEFCONFIG setting.  Stop.'], words: ['BR2_LINUX_KERNEL_DEFCONFIG']},
  'patch-twice': {lines: ["Error: duplicate filename '0001-fix.patch'", 'make: *** [package/pkg-generic.mk:239: /output/build/x-1/.stamp_patched] Error 1'], words: ['0001-fix.patch']},
  'boot-partition-too-small': {lines: ['Disk full', 'make: *** [Makefile:843: target-post-image] Error 1']},
  'genimage-input': {lines: ['ERROR: vfat(boot.vfat): could not setup rpi-firmware/start.elf', 'make: *** [Makefile:843: target-post-image] Error 1'], words: ['rpi-firmware/start.elf']},
  'device-table': {lines: ['makedevs: line 4: regular file \'/etc/shadow-\' does not exist: No such file or directory', 'make: *** [fs/tar/tar.mk:61: /output/images/rootfs.tar] Error 1'], words: ['line 4']},
  'users-table': {lines: ["mkusers: uid '100' for 'alice' already used by user 'bob'", 'make: *** [fs/tar/tar.mk:61: /output/images/rootfs.tar] Error 1']},
  'files-in-ld-so-conf': {lines: ["ERROR: we shouldn't have a /etc/ld.so.conf file", 'make: *** [Makefile:784: target-finalize] Error 1'], words: ['/etc/ld.so.conf']},
  'license-changed': {lines: ['>>> x custom Collecting legal info', 'ERROR: while checking hashes from package/bison/bison.hash', 'make: *** [package/pkg-generic.mk:1140: x-legal-info] Error 1']},
  'script-failed': {lines: ['>>>   Executing post-build script board/common/post-build.sh', 'post-build: no overlay for BRMC_DEPLOYMENT', 'make: *** [Makefile:788: target-finalize] Error 1'], words: ['no overlay for BRMC_DEPLOYMENT']},
  'btf': {lines: ['>>> linux 6.12.61 Building', 'Failed to generate BTF for vmlinux', 'make: *** [package/pkg-generic.mk:273: /output/build/linux-6.12.61/.stamp_built] Error 2']},
  'kernel-asks': {lines: ['>>> linux 6.12.61 Configuring', 'Error in reading or end of file.', 'make: *** [package/pkg-generic.mk:263: /output/build/linux-6.12.61/.stamp_configured] Error 2']},
  'kernel-host-header (bc)': {lines: ['>>> linux 6.12.61 Building', '/bin/sh: 1: bc: not found', 'make: *** [package/pkg-generic.mk:273: /output/build/linux-6.12.61/.stamp_built] Error 2'], words: ['bc']},
  'link-library': {lines: ['/host/bin/ld: cannot find -lncurses: No such file or directory', 'make: *** [package/pkg-generic.mk:273: /output/build/x-1/.stamp_built] Error 2'], words: ['libncurses']},
  'assembler-option': {lines: ["aarch64-linux-gcc: error: unrecognized command-line option '-mcpu=neoverse-n3'", 'make: *** [package/pkg-generic.mk:273: /output/build/x-1/.stamp_built] Error 2']},
  'pkg-config': {lines: ["No package 'libmnl' found", 'make: *** [package/pkg-generic.mk:263: /output/build/x-1/.stamp_configured] Error 1'], words: ['libmnl']},
  'cmake-version': {lines: ['  Compatibility with CMake < 3.5 has been removed from CMake.', 'make: *** [package/pkg-generic.mk:263: /output/build/x-1/.stamp_configured] Error 1']},
  'libtool-not-patched': {
    lines: [
      '>>> libnl custom Installing to staging directory',
      "aarch64-linux-gnu-gcc: ERROR: unsafe header/library path used in cross-compilation: '-L/usr/lib'",
      "libtool:   error: error: relink 'lib/libnl-route-3.la' with the above command before installing it",
      'make[2]: *** [Makefile:2813: install-libLTLIBRARIES] Error 1',
      'make: *** [package/pkg-generic.mk:312: /output/build/libnl-custom/.stamp_staging_installed] Error 2',
    ],
    words: ['lib/libnl-route-3.la', 'buildroot-libtool-v2.4.4.patch'],
  },
  'unsafe-path': {lines: ["aarch64-linux-gcc: ERROR: unsafe header/library path used in cross-compilation: '/usr/include'", 'make: *** [package/pkg-generic.mk:273: /output/build/x-1/.stamp_built] Error 2'], words: ['/usr/include']},
  'internal-compiler-error': {lines: ['fib.c:9:1: internal compiler error: Segmentation fault', 'make: *** [package/pkg-generic.mk:273: /output/build/x-1/.stamp_built] Error 2']},
}
