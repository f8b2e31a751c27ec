import {find, findAll, type Cause} from './cause.js'

/** The machine or container that builds lacks something, or has too much of it. */
export const machineCauses: readonly Cause[] = [
  {
    name: 'no-space',
    patterns: [/No space left on device/, /write failed.*\(28\)/],
    cause: 'the disk is full, or has no inodes left (a build makes hundreds of thousands of files)',
    wayOut: 'look at both: df -h and df -i of the folder or volume the output is in; docker system df shows what docker holds; then go on, nothing finished is lost',
  },
  {name: 'quota', patterns: [/Disk quota exceeded/], cause: "the user's share of the disk is used up", wayOut: 'see quota -s; build in another folder'},
  {
    name: 'killed',
    patterns: [
      /fatal error: Killed signal terminated program (?<program>\S+)/,
      /internal compiler error: Killed \(program (?<program>\S+)\)/,
      /^make(?:\[\d+\])?: \*\*\* \[.*\] Killed$/,
      /^(?:\S+: line \d+: +\d+ )?Killed\b/,
      /signal: 9, SIGKILL/,
    ],
    cause: ({groups}) => `${groups['program'] ?? 'a program'} was killed (signal 9), nearly always because memory ran out`,
    wayOut: 'give the machine or the container more memory (Docker Desktop: Settings, Resources) or swap, or build with fewer jobs (BR2_JLEVEL, make -j); dmesg of the machine says "Out of memory: Killed process"',
  },
  {
    name: 'out-of-memory',
    patterns: [/Cannot allocate memory/, /virtual memory exhausted/, /(?:cc1(?:plus)?|ld): out of memory/, /std::bad_alloc/],
    cause: 'a program got no more memory',
    wayOut: 'give the machine or the container more memory, or build with fewer jobs (BR2_JLEVEL, make -j)',
  },
  {
    name: 'disk-defect',
    patterns: [/Input\/output error/, /Read-only file system/],
    cause: 'the disk cannot be read or written: it is failing, or was mounted read-only (the kernel does that after an error)',
    wayOut: 'look at dmesg and mount; build elsewhere',
  },
  {
    name: 'missing-host-tool',
    patterns: [/^You must install '(?<tool>[^']+)' on your build machine/, /^You must install (?<tool>GNU patch)/],
    cause: seen => {
      const tools = findAll(seen, /^You must install '?([^']+?)'?(?: on your build machine)?$/)
      return `programs that Buildroot needs of the machine are missing: ${(tools.length > 0 ? tools : [seen.groups['tool'] ?? 'one']).join(', ')}`
    },
    wayOut: 'install them (Debian: apt-get install build-essential bc bzip2 cpio file git patch perl rsync unzip wget xz-utils), or let brmc build in its container (buildroot.engine docker or podman)',
  },
  {
    name: 'host-tool-too-old',
    patterns: [
      /(?:^|\*\*\* )You have (?<tool>\S+) '(?<version>[^']+)' installed\.\s+(?<wanted>[\w+ ]+ >= ?[\d.]+) is required/i,
      /^You have GNU (?<tool>patch) '(?<version>[^']+)' installed/,
    ],
    cause: ({groups}) => `${groups['tool'] ?? 'a program'} of this machine is too old: ${groups['version'] ?? ''}${groups['wanted'] === undefined ? '' : `, ${groups['wanted']} is needed`}`,
    wayOut: 'build in a container with a newer distribution (brmc does so by itself), or update it',
  },
  {
    name: 'perl-modules',
    patterns: [/^Your Perl installation is not complete enough/],
    cause: seen => `perl of this machine lacks modules that are part of it${find(seen, /^\t\s*(\S+)$/) === undefined ? '' : `: ${findAll(seen, /^\t\s*(\S+)$/).join(', ')}`}`,
    wayOut: 'install the whole of perl (Debian: perl; Fedora: perl-core), or build in a container',
  },
  {
    name: 'path-with-blanks',
    patterns: [/^Your PATH contains spaces, TABs, and\/or newline/],
    cause: 'PATH has a folder with a blank in its name; on WSL Windows adds its own ("/mnt/c/Program Files")',
    wayOut: 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin make …; on WSL for ever: [interop] appendWindowsPath=false in /etc/wsl.conf',
  },
  {
    name: 'working-folder-in-path',
    patterns: [/^PATH environment variable\. This doesn't work/],
    cause: 'PATH has "." or an empty entry (":" at its beginning or end, or "::"), which stands for the folder one happens to be in',
    wayOut: 'take it out of PATH',
  },
  {
    name: 'working-folder-in-ld-library-path',
    patterns: [/^LD_LIBRARY_PATH environment variable\. This doesn't work/],
    cause: 'LD_LIBRARY_PATH has "." or an empty entry (":" at its beginning or end, or "::")',
    wayOut: 'unset LD_LIBRARY_PATH before the build',
  },
  {
    name: 'root-user',
    patterns: [/you should not run configure as root/],
    cause: 'the build runs as root, which configure scripts refuse (a mistake in one of them could overwrite the machine)',
    wayOut: 'build as an ordinary user: without sudo; docker run --user "$(id -u):$(id -g)"; files that root left in the output belong to nobody else: chown them or start afresh. FORCE_UNSAFE_CONFIGURE=1 only silences the check',
  },
  {
    name: 'clock',
    patterns: [/newly created file is older than distributed files/],
    cause: 'files of the sources bear a date in the future: the clock of this machine (or of the file server, or of the virtual machine after a sleep) is behind',
    wayOut: 'set the clock, then delete the package\'s folder in build/ and build again',
  },
  {
    name: 'clock-skew',
    sign: true,
    patterns: [/Clock skew detected/, /has modification time [\d.e+]+ s in the future/],
    cause: 'files bear a date in the future, so that make cannot tell what is up to date: the clocks of this machine and of the disk (network, virtual machine) differ',
    wayOut: 'set the clocks, then touch the files or delete the package\'s folder in build/',
  },
  {
    name: 'case-insensitive',
    patterns: [
      /the following paths have collided/,
      /No rule to make target '[^']*(?:xt_(?:TCPMSS|DSCP|HL|RATEEST|MARK|CONNMARK)|ipt_(?:ECN|TTL))\.o'/,
      /(?:ipt_ECN|xt_(?:TCPMSS|DSCP|HL|RATEEST|MARK|CONNMARK))\.c:\d+:\d+: error: .*(?:incomplete type|undeclared|has no member)/,
      /\*\*\* Documentation\/Kbuild: Is a directory/,
    ],
    cause: 'the output lies on a file system that takes xt_MARK.h and xt_mark.h for one file (macOS, Windows, WSL below /mnt/c): the kernel has both',
    wayOut: "build where names differ by case: in a docker volume (brmc's default), an ext4 folder of WSL, a case-sensitive APFS volume",
  },
  {
    name: 'no-symlinks',
    patterns: [
      /(?:cannot create|failed to create) symbolic link .*: (?:Operation not (?:permitted|supported)|Protocol error|Read-only file system)/i,
      /^ln: .*: Operation not (?:permitted|supported)/,
    ],
    cause: 'the file system of the output has no symbolic links (FAT, exFAT, a shared folder of VirtualBox or of Windows)',
    wayOut: 'put the output on a Linux file system, or into a docker volume',
  },
  {
    name: 'not-permitted',
    patterns: [
      /^(?:mkdir|cp|mv|rm|touch|ln|install|chmod|flock|rsync|\/bin\/(?:ba)?sh|\S*install|\S+: line \d+): (?!.*\.(?:sh|py|pl): ).*: Permission denied/,
      /ccache: error: .*Permission denied/,
    ],
    cause: 'a file or folder may not be written by the user who builds; most often an earlier build as root (sudo, docker without --user) left it there',
    wayOut: 'chown the output, the download folder and the ccache to the user who builds',
  },
  {
    name: 'name-too-long',
    patterns: [/File name too long/, /Argument list too long/],
    cause: "a path or a command line is longer than the system allows: the output folder's own path is long, or lies in an encrypted home (ecryptfs allows 143 characters a name)",
    wayOut: 'build in a folder with a short path',
  },
  {
    name: 'other-machine-tools',
    patterns: [
      /version [`'](?<symbol>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found/,
      /error while loading shared libraries: (?<library>\S+): cannot open/,
      /(?:^|: )(?:cannot execute binary file: )?Exec format error/,
    ],
    cause: ({groups}) => `a program that was built or bought for another machine does not run here (${groups['symbol'] ?? groups['library'] ?? 'other processor'}): the output was made in another distribution or container, the toolchain wants a newer system, or the program was made for the target`,
    wayOut: 'after a change of distribution or container start afresh (make clean; ccache and downloads stay); take a toolchain made for this machine',
  },
  {
    name: 'locale',
    patterns: [/^You need at least one UTF8 locale/, /^You need locale support on your build machine/],
    cause: 'the machine has no UTF-8 locale, which a toolchain with locales needs',
    wayOut: 'apt-get install locales && locale-gen C.UTF-8 en_US.UTF-8, or build in a container that has one',
  },
  {
    name: 'interrupted',
    patterns: [/^make(?:\[\d+\])?: \*\*\* .*\] (?:Interrupt|Terminated|Hangup)$/, /^make(?:\[\d+\])?: \*\*\* wait: No child processes/],
    cause: 'the build was stopped from outside (Ctrl-C, the end of a session or of a CI job, docker stop)',
    wayOut: 'run it again: it goes on where it was',
  },
]
