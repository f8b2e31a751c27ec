import type {RootEntry} from '../../overlay/entry.js'

/**
 * What a root has before any program is in it: the same folders, links and users as Buildroot's system/skeleton and package/skeleton-init-sysv
 * make, so that one set of init scripts serves both bases.
 */
const FOLDERS: Readonly<Record<string, number>> = {
  'boot': 0o755, 'dev': 0o755, 'etc': 0o755, 'etc/init.d': 0o755, 'etc/network': 0o755, 'etc/profile.d': 0o755, 'home': 0o755, 'media': 0o755, 'mnt': 0o755,
  'opt': 0o755, 'proc': 0o555, 'root': 0o700, 'run': 0o755, 'sys': 0o555, 'tmp': 0o1777, 'usr': 0o755, 'usr/bin': 0o755, 'usr/lib': 0o755, 'usr/sbin': 0o755,
  'usr/share': 0o755, 'var': 0o755, 'var/lib': 0o755, 'var/lib/misc': 0o755,
}

const LINKS: Readonly<Record<string, string>> = {
  'bin': 'usr/bin',
  'sbin': 'usr/sbin',
  'lib': 'usr/lib',
  // The kernel starts /init of a root that is held in memory.
  'init': 'sbin/init',
  // A card is not written to by what changes all the time.
  'etc/mtab': '../proc/self/mounts',
  'etc/resolv.conf': '../tmp/resolv.conf',
  'var/cache': '../tmp',
  'var/lock': '../run/lock',
  'var/log': '../tmp',
  'var/run': '../run',
  'var/spool': '../tmp',
  'var/tmp': '../tmp',
}

const FILES: Readonly<Record<string, string>> = {
  // tcpdump and avahi-daemon of Debian give up their rights to these users, and do not start without them. No password opens an account: `*`.
  'etc/passwd': `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
tcpdump:x:100:100:tcpdump:/nonexistent:/bin/false
avahi:x:102:102:avahi:/nonexistent:/bin/false
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
`,
  'etc/group': `root:x:0:
daemon:x:1:
tty:x:5:
disk:x:6:
kmem:x:15:
dialout:x:20:
video:x:44:
tcpdump:x:100:
netdev:x:101:
avahi:x:102:
nogroup:x:65534:
`,
  'etc/shadow': ['root', 'daemon', 'tcpdump', 'avahi', 'nobody'].map(name => `${name}:*:::::::\n`).join(''),
  'etc/shells': '/bin/sh\n/bin/ash\n',
  'etc/hosts': '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n',
  'etc/nsswitch.conf': ['passwd: files', 'group: files', 'shadow: files', 'hosts: files dns', 'networks: files', 'protocols: files', 'services: files', 'ethers: files', ''].join('\n'),
  'etc/profile': `export PATH='/usr/bin:/usr/sbin'
export PAGER=more
export EDITOR=vi
for i in /etc/profile.d/*.sh; do
	[ -r "$i" ] && . "$i"
done
unset i
`,
  'etc/fstab': `# <device> <folder> <type> <options> <dump> <pass>
proc /proc proc defaults 0 0
sysfs /sys sysfs defaults 0 0
devpts /dev/pts devpts gid=5,mode=620,ptmxmode=0666 0 0
tmpfs /dev/shm tmpfs mode=1777,nosuid,nodev 0 0
tmpfs /tmp tmpfs mode=1777,nosuid,nodev 0 0
tmpfs /run tmpfs mode=0755,nosuid,nodev 0 0
`,
}

const SECRET_FILES = new Set(['etc/shadow'])

/** Folders, links, device nodes and the files of users and names. */
export function skeletonEntries(): RootEntry[] {
  const owner = {uid: 0, gid: 0, mtime: 0, size: 0}
  return [
    ...Object.entries(FOLDERS).map(([path, mode]) => ({...owner, path, mode, type: 'directory' as const})),
    ...Object.entries(LINKS).map(([path, target]) => ({...owner, path, mode: 0o777, type: 'symlink' as const, target})),
    ...Object.entries(FILES).map(([path, text]) => {
      const content = Buffer.from(text)
      return {...owner, path, mode: SECRET_FILES.has(path) ? 0o600 : 0o644, type: 'file' as const, size: content.length, content}
    }),
    consoleNode('dev/console'),
  ]
}

/** The kernel opens /dev/console before anything could make it (init/main.c, console_on_rootfs): without it the first program has no output. */
export function consoleNode(path: string) {
  return {path, type: 'character', mode: 0o600, uid: 0, gid: 0, mtime: 0, size: 0, device: {major: 5, minor: 1}} as const satisfies RootEntry
}
