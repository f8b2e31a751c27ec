/**
 * Packages that apt is told are installed already, so that it does not fetch them: they are asked for by maintainer scripts
 * (which never run here), by an init system or by services that this root does not have.
 */
export const PRETENDED_PACKAGES: readonly {name: string, reason: string}[] = [
  {name: 'systemd', reason: 'BusyBox init runs this root'},
  {name: 'udev', reason: 'mdev makes the devices'},
  {name: 'kmod', reason: 'BusyBox has modprobe'},
  {name: 'initramfs-tools', reason: 'the initramfs is written by brmc'},
  {name: 'linux-base', reason: 'keeps links to kernels of a running system'},
  {name: 'debconf', reason: 'asks questions in maintainer scripts'},
  {name: 'init-system-helpers', reason: 'starts services from maintainer scripts'},
  {name: 'lsb-base', reason: 'functions for init scripts that are not used'},
  {name: 'dpkg', reason: 'the root has no package database'},
  {name: 'adduser', reason: 'users are written by brmc'},
  {name: 'passwd', reason: 'users are written by brmc'},
  {name: 'base-passwd', reason: 'users are written by brmc'},
  {name: 'coreutils', reason: 'BusyBox has these programs'},
  {name: 'dosfstools', reason: 'raspi-firmware checks a mounted boot partition with it'},
  {name: 'libpam-modules', reason: 'nothing here logs in by PAM'},
  {name: 'libpam-modules-bin', reason: 'nothing here logs in by PAM'},
  {name: 'libcap2-bin', reason: 'sets capabilities in maintainer scripts'},
  {name: 'openssl-provider-legacy', reason: 'old ciphers, loaded at run time by those who ask'},
]

/** A dpkg status file (deb-control(5)) in which exactly the packages above are installed, at a version that satisfies any lower bound. */
export function pretendedStatus(architecture: string): string {
  return PRETENDED_PACKAGES.map(({name, reason}) => [
    `Package: ${name}`,
    'Status: install ok installed',
    'Priority: optional',
    'Section: misc',
    'Maintainer: brmc <brmc@localhost>',
    `Architecture: ${architecture}`,
    'Multi-Arch: foreign',
    'Version: 99:9999',
    `Description: pretended: ${reason}`,
    '', '',
  ].join('\n')).join('')
}
