import type {Asked, KernelFeature, KernelSymbol} from './contract.js'

// Sources: the 2014 post "Enable IP multicast routing", smcroute's and mrouted's README, net/ipv4/Kconfig, net/ipv6/Kconfig,
// net/netfilter/Kconfig, net/ipv{4,6}/netfilter/Kconfig. Buildroot itself forces only IP_MULTICAST and IP_MROUTE.

/** The kernel options brmc relies on, the one source of the kernel fragment and of every check of a kernel's config. */
export const kernelFeatures: readonly KernelFeature[] = [
  {
    name: 'programs, sockets and cards',
    reason: 'the shell and its scripts, smcroutectl (UNIX), tcpdump and udhcpc (PACKET), modules, /tmp and /run, network drivers',
    symbols: all('y', 'BINFMT_ELF BINFMT_SCRIPT MODULES NET UNIX PACKET INET NETDEVICES NET_CORE TMPFS DEVTMPFS PROC_FS SYSFS'),
    modules: [],
  },
  {
    name: 'IPv4 multicast routing',
    reason: 'smcroute and mrouted: without MROUTE "Protocol not available", and the daemon stays up and routes nothing; MULTIPLE_TABLES for -t and ip mrule',
    symbols: all('y', 'IP_MULTICAST IP_ADVANCED_ROUTER IP_MULTIPLE_TABLES IP_MROUTE IP_MROUTE_MULTIPLE_TABLES IP_PIMSM_V1 IP_PIMSM_V2'),
    modules: [],
  },
  {
    name: 'tunnels of mrouted',
    reason: 'multicast.mrouted.tunnels: the kernel makes each a device of IP in IP; without IPIP mrouted ends, "Missing ipip.ko module?"',
    symbols: all('y|m', 'NET_IPIP'),
    modules: ['ipip'],
  },
  {
    name: 'IPv6 multicast routing',
    reason: 'routes of ff00::/8. Built in, not a module: boot scripts set net.ipv6.* before anything would load it',
    symbols: all('y', 'IPV6 IPV6_MULTIPLE_TABLES IPV6_MROUTE IPV6_MROUTE_MULTIPLE_TABLES IPV6_PIMSM_V2'),
    modules: [],
  },
  {
    name: 'netfilter',
    reason: 'everything below; NETFILTER_ADVANCED is what most of it depends on',
    symbols: [...all('y', 'NETFILTER NETFILTER_ADVANCED'), ...all('y|m', 'NF_CONNTRACK NF_NAT NF_CT_NETLINK NETFILTER_XTABLES')],
    modules: ['nf_conntrack', 'nf_nat', 'nf_conntrack_netlink', 'x_tables'],
  },
  {
    name: 'nftables',
    reason: '/etc/nftables.conf: liftTtl (ip ttl set, ip6 hoplimit set), nat (ct, masquerade), notrack and translated multicast, reversePathCheck (fib); COMPAT for iptables-nft',
    symbols: [...all('y|m', 'NF_TABLES'), ...all('y', 'NF_TABLES_INET NF_TABLES_IPV4 NF_TABLES_IPV6'), ...all('y|m', 'NFT_CT NFT_NAT NFT_MASQ NFT_REJECT NFT_LOG NFT_LIMIT NFT_COMPAT NFT_FIB_IPV4 NFT_FIB_IPV6 NFT_FIB_INET')],
    modules: ['nf_tables', 'nft_ct', 'nft_nat', 'nft_masq', 'nft_chain_nat', 'nft_reject', 'nft_reject_inet', 'nft_log', 'nft_limit', 'nft_compat', 'nft_fib_inet'],
  },
  {
    name: 'iptables',
    reason: 'rules taken over from the 2014 post by hand: -t mangle -j TTL (HL for IPv6), -t nat -j MASQUERADE, -m pkttype, -m conntrack',
    symbols: all('y|m', 'NETFILTER_XT_TARGET_HL NETFILTER_XT_MATCH_HL NETFILTER_XT_MATCH_CONNTRACK NETFILTER_XT_MATCH_PKTTYPE NETFILTER_XT_TARGET_MASQUERADE '
      + 'IP_NF_IPTABLES IP_NF_FILTER IP_NF_MANGLE IP_NF_NAT IP_NF_TARGET_MASQUERADE IP_NF_TARGET_TTL IP6_NF_IPTABLES IP6_NF_FILTER IP6_NF_MANGLE IP6_NF_TARGET_HL'),
    modules: ['xt_HL', 'xt_hl', 'xt_conntrack', 'xt_pkttype', 'xt_MASQUERADE', 'ip_tables', 'iptable_filter', 'iptable_mangle', 'iptable_nat', 'ip6_tables', 'ip6table_filter', 'ip6table_mangle'],
  },
  {
    name: 'bridges and VLANs',
    reason: 'interfaces named br0 or eth0.100; a bridge that snoops IGMP and MLD',
    symbols: [...all('y|m', 'BRIDGE VLAN_8021Q'), ...all('y', 'BRIDGE_IGMP_SNOOPING')],
    modules: ['bridge', '8021q'],
  },
  {
    name: 'Wi-Fi access point',
    reason: 'hostapd. Modules, because the radio asks for its firmware and its country when it is found: the root has to be there',
    symbols: [...all('y', 'WLAN MMC'), ...all('m', 'CFG80211 BRCMFMAC'), ...all('y', 'BRCMFMAC_SDIO')],
    modules: ['cfg80211', 'brcmfmac'],
  },
  {
    name: "QEMU's virt machine",
    reason: 'the image that is flashed is the image that is tested: the same kernel finds its console and its cards there',
    symbols: [
      ...all('y', 'PCI PCI_HOST_GENERIC VIRTIO_MENU VIRTIO_PCI SERIAL_AMBA_PL011 SERIAL_AMBA_PL011_CONSOLE'),
      ...all('y|m', 'VIRTIO_MMIO VIRTIO_NET HW_RANDOM HW_RANDOM_VIRTIO'),
    ],
    modules: ['virtio_mmio', 'virtio_net', 'rng-core', 'virtio-rng'],
  },
  {
    name: 'USB cards',
    reason: 'cards that come and go; those of QEMU hang on xHCI on the machine virt, as those of a Pi 4 do',
    symbols: [...all('y', 'USB_SUPPORT USB_PCI'), ...all('y|m', 'USB_NET_DRIVERS USB USB_XHCI_HCD USB_XHCI_PCI USB_USBNET USB_NET_CDCETHER')],
    modules: ['usbcore', 'xhci-pci', 'usbnet', 'cdc_ether'],
  },
  {
    name: 'an ext4 root',
    reason: 'root=PARTUUID=… : the kernel mounts the partition before it can load a module; VFAT to look at the boot partition',
    symbols: all('y', 'BLK_DEV VIRTIO_BLK EXT4_FS VFAT_FS NLS_CODEPAGE_437 NLS_ISO8859_1'),
    modules: ['virtio_blk', 'ext4', 'vfat', 'nls_cp437', 'nls_iso8859-1'],
    withInitramfs: 'modules',
  },
  {
    name: 'a /dev without an initramfs',
    reason: 'init finds /dev/console',
    symbols: all('y', 'DEVTMPFS_MOUNT'),
    modules: [],
    withInitramfs: 'unneeded',
  },
  {
    name: 'a root in memory',
    reason: 'root: ram, where the firmware hands over cpio archives, compressed or not',
    symbols: all('y', 'BLK_DEV_INITRD RD_GZIP RD_XZ RD_ZSTD'),
    modules: [],
  },
]

function all(value: Asked, names: string): KernelSymbol[] {
  return names.split(' ').map(name => ({name, value}))
}
