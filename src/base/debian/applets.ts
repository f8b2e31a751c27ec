import {BrmcError} from '../../errors.js'
import type {RootEntry} from '../../overlay/entry.js'

/** Applets whose place is /sbin or /usr/sbin (BusyBox include/applets.src.h and the //applet: lines, BB_DIR_SBIN and BB_DIR_USR_SBIN); the others' is bin. */
const ADMINISTRATION = new Set(`
  acpid add-shell addgroup adduser adjtimex arp arping blkid blockdev bootchartd brctl chat chpasswd chroot crond delgroup deluser depmod devmem dhcprelay
  dnsd ether-wake fakeidentd fbset fbsplash fdformat fdisk findfs freeramdisk fsck fsck.minix fsfreeze fstrim ftpd getty halt hdparm httpd hwclock
  i2cdetect i2cdump i2cget i2cset i2ctransfer ifconfig ifdown ifenslave ifplugd ifup inetd init insmod ip ipaddr iplink ipneigh iproute iprule iptunnel
  killall5 klogd loadfont loadkmap logread losetup lpd lsmod makedevs mdev mkdosfs mke2fs mkfs.ext2 mkfs.minix mkfs.vfat mkswap modinfo modprobe nameif
  nanddump nandwrite nbd-client nologin ntpd partprobe pivot_root popmaildir poweroff powertop raidautorun rdate rdev readahead readprofile reboot
  remove-shell rfkill rmmod route rtcwake run-init runlevel sendmail seedrng setconsole setfont setlogcons slattach start-stop-daemon sulogin svlogd
  swapoff swapon switch_root sysctl syslogd tc telnetd tftpd tunctl tune2fs ubiattach ubidetach ubimkvol ubirename ubirmvol ubirsvol ubiupdatevol
  udhcpc udhcpc6 udhcpd uevent vconfig watchdog zcip
`.trim().split(/\s+/))

/** The first two of the sorted names that every BusyBox has in its table, as it lies in the program. */
const TABLE_START = Buffer.from('[\0[[\0')

/** Names of the applets in a busybox program, read from its bytes: it cannot be run on another machine. Throws BrmcError PACKAGE_CORRUPT. */
export function appletNames(busybox: Buffer): string[] {
  const start = busybox.indexOf(TABLE_START)
  const end = busybox.indexOf('\0\0', start)
  if (start === -1 || end === -1) throw new BrmcError('PACKAGE_CORRUPT', 'busybox has no table of applets where one was expected')
  return busybox.toString('latin1', start, end).split('\0')
}

/** A link for each applet but those whose name in `taken` a program of its own has. */
export function appletLinks(names: readonly string[], taken: ReadonlySet<string>): RootEntry[] {
  return names.filter(name => name !== 'busybox' && name !== 'linuxrc' && !taken.has(name)).map(name => {
    const administration = ADMINISTRATION.has(name)
    return {
      path: administration ? `usr/sbin/${name}` : `usr/bin/${name}`,
      type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: 0, size: 0,
      target: administration ? '../bin/busybox' : 'busybox',
    }
  })
}
