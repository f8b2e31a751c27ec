/** A program that can be added by name, and what it is called in each base. */
export interface ExtraPackage {
  debian: {package: string, /** Files that are wanted; what they need comes along. */ files: readonly string[]}
  buildroot: readonly string[]
  /** Parts of it that Buildroot would take along, and that are not wanted. */
  notBuildroot?: readonly string[]
}

/** What can be asked for in brmc.yaml. */
export const PACKAGE_NAMES = ['tcpdump', 'iproute2', 'ethtool', 'iperf3', 'conntrack', 'iw', 'wpa_supplicant'] as const

/** Those, and what comes with a choice of the deployment's. */
export type PackageName = typeof PACKAGE_NAMES[number] | 'igmpproxy' | 'avahi'

export const extraPackages: Readonly<Record<PackageName, ExtraPackage>> = {
  tcpdump: {debian: {package: 'tcpdump', files: ['usr/bin/tcpdump']}, buildroot: ['BR2_PACKAGE_TCPDUMP']},
  iproute2: {debian: {package: 'iproute2', files: ['usr/bin/ip', 'usr/sbin/bridge', 'usr/sbin/tc']}, buildroot: ['BR2_PACKAGE_IPROUTE2']},
  ethtool: {debian: {package: 'ethtool', files: ['usr/sbin/ethtool']}, buildroot: ['BR2_PACKAGE_ETHTOOL']},
  iperf3: {debian: {package: 'iperf3', files: ['usr/bin/iperf3']}, buildroot: ['BR2_PACKAGE_IPERF3']},
  conntrack: {debian: {package: 'conntrack', files: ['usr/sbin/conntrack']}, buildroot: ['BR2_PACKAGE_CONNTRACK_TOOLS']},
  iw: {debian: {package: 'iw', files: ['usr/sbin/iw']}, buildroot: ['BR2_PACKAGE_IW']},
  igmpproxy: {debian: {package: 'igmpproxy', files: ['usr/sbin/igmpproxy']}, buildroot: ['BR2_PACKAGE_IGMPPROXY']},
  // Debian's is linked with D-Bus's library, and talks to no bus (enable-dbus=no); Buildroot's has no D-Bus at all.
  avahi: {
    debian: {package: 'avahi-daemon', files: ['usr/sbin/avahi-daemon']},
    buildroot: ['BR2_PACKAGE_AVAHI', 'BR2_PACKAGE_AVAHI_DAEMON'],
    notBuildroot: ['BR2_PACKAGE_AVAHI_AUTOIPD'],
  },
  wpa_supplicant: {
    debian: {package: 'wpasupplicant', files: ['usr/sbin/wpa_supplicant', 'usr/sbin/wpa_cli']},
    buildroot: ['BR2_PACKAGE_WPA_SUPPLICANT', 'BR2_PACKAGE_WPA_SUPPLICANT_NL80211', 'BR2_PACKAGE_WPA_SUPPLICANT_WPA3', 'BR2_PACKAGE_WPA_SUPPLICANT_CLI'],
  },
}

/** All of the table, in its order. */
export const ALL_PACKAGES = Object.keys(extraPackages) as PackageName[]

/** Those of the table that are among `names`, as a base of `provider` calls its packages. */
export function packagesNamed(names: readonly string[], provider: keyof typeof CALLED): PackageName[] {
  const there = new Set(names.map(plain))
  return ALL_PACKAGES.filter(name => there.has(plain(CALLED[provider](extraPackages[name]))))
}

/** BR2_PACKAGE_CONNTRACK_TOOLS is conntrack-tools, and BR2_PACKAGE_WPA_SUPPLICANT wpa_supplicant. */
const CALLED = {
  debian: ({debian}: ExtraPackage): string => debian.package,
  buildroot: ({buildroot: [symbol = '']}: ExtraPackage): string => symbol.replace('BR2_PACKAGE_', '').toLowerCase(),
} as const
const plain = (name: string): string => name.replaceAll('_', '-')
