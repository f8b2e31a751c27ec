/** A kernel module by its file's name (not its Kconfig name), and what it is there for. Those it depends on come along. */
export interface WantedModule {
  name: string
  reason: string
  /** Kernels without it are no problem: the work is done elsewhere in them. */
  optional?: true
}

export type ModuleSet = 'virt' | 'raspberrypi'

/** What the initramfs loads before the root appears, in this order. Its init script chooses the set by the device tree. */
export const INITRAMFS_MODULES: Readonly<Record<ModuleSet, readonly WantedModule[]>> = {
  virt: [
    {name: 'crc32c_generic', reason: 'ext4 asks for it by its alias crypto-crc32c, which names no file', optional: true},
    {name: 'virtio_blk', reason: 'the card, as a virtual disk'},
    {name: 'virtio_mmio', reason: 'virtual devices that are not on PCI'},
    {name: 'ext4', reason: 'the root file system'},
  ],
  raspberrypi: [
    {name: 'crc32c_generic', reason: 'ext4 asks for it by its alias crypto-crc32c, which names no file', optional: true},
    {name: 'gpio_regulator', reason: 'Pi 4: voltage of the SD card'},
    {name: 'fixed', reason: 'Pi 4: power of the SD card'},
    {name: 'sdhci_iproc', reason: 'Pi 4: SD card; Pi 3 and Zero 2: Wi-Fi'},
    {name: 'bcm2835', reason: 'Pi 3 and Zero 2: SD card (sdhost)'},
    {name: 'ext4', reason: 'the root file system'},
  ],
}

/** What every root has: it must serve the board and QEMU's virt machine. */
const ANY_ROOT: readonly WantedModule[] = [
  {name: 'virtio_net', reason: 'virt: network cards'},
  {name: 'virtio-rng', reason: 'virt: random numbers, hostapd waits for them'},
  {name: 'xhci-pci', reason: 'USB of virt and of Pi 4'},
  {name: 'cdc_ether', reason: 'USB Ethernet of the standard class; the emulated one of QEMU'},
  {name: 'vfat', reason: 'mounting the boot partition'},
  {name: 'nls_cp437', reason: 'vfat: default code page'},
  {name: 'nls_ascii', reason: 'vfat: default character set'},
  {name: 'nls_iso8859-1', reason: 'vfat: usual character set'},
  {name: 'nf_tables', reason: 'nft: tables, chains, sets, and TTL and hop limit by payload'},
  {name: 'nft_ct', reason: 'nft: ct state, ct mark, notrack'},
  {name: 'nft_chain_nat', reason: 'nft: chains of type nat'},
  {name: 'nft_nat', reason: 'nft: snat, dnat'},
  {name: 'nft_masq', reason: 'nft: masquerade'},
  {name: 'nft_redir', reason: 'nft: redirect'},
  {name: 'nft_limit', reason: 'nft: limit rate'},
  {name: 'nft_connlimit', reason: 'nft: ct count'},
  {name: 'nft_quota', reason: 'nft: quota'},
  {name: 'nft_log', reason: 'nft: log'},
  {name: 'nf_log_syslog', reason: 'nft: log into the kernel log'},
  {name: 'nft_reject_inet', reason: 'nft: reject in tables of family inet'},
  {name: 'nft_reject_ipv4', reason: 'nft: reject in tables of family ip'},
  {name: 'nft_reject_ipv6', reason: 'nft: reject in tables of family ip6'},
  {name: 'nft_fib_inet', reason: 'nft: fib, as a check of the reverse path'},
  {name: 'nft_hash', reason: 'nft: jhash, symhash'},
  {name: 'nft_numgen', reason: 'nft: numgen'},
  {name: 'nft_dup_ipv4', reason: 'nft: dup to, a copy of a stream for another host'},
  {name: 'nft_dup_ipv6', reason: 'nft: dup to, over IPv6'},
  {name: 'nft_fwd_netdev', reason: 'nft: fwd to, between two cards below IP'},
  {name: 'nft_dup_netdev', reason: 'nft: dup to, between two cards below IP'},
  {name: 'nf_conntrack_netlink', reason: 'the program conntrack'},
  {name: 'bridge', reason: 'bridges'},
  {name: '8021q', reason: 'VLANs'},
  {name: 'veth', reason: 'pairs of virtual cards, for trials with network namespaces'},
  {name: 'dummy', reason: 'a card that leads nowhere, for trials'},
  {name: 'macvlan', reason: 'more addresses on one card'},
  {name: 'tun', reason: 'tunnels of programs'},
  {name: 'sch_fq_codel', reason: 'short queues on a slow link', optional: true},
  {name: 'mac80211_hwsim', reason: 'virtual radios, on which hostapd is tested'},
  {name: 'ccm', reason: 'mac80211: CCMP, the cipher of WPA2'},
  {name: 'gcm', reason: 'mac80211: GCMP'},
  {name: 'cmac', reason: 'mac80211: protected management frames'},
  {name: 'aes_ce_ccm', reason: 'CCM by the processor, where it can', optional: true},
  {name: 'ghash-ce', reason: 'GCM by the processor, where it can', optional: true},
]

const RASPBERRY_PI_ROOT: readonly WantedModule[] = [
  {name: 'dwc2', reason: 'USB of Pi 3 and Zero 2'},
  {name: 'phy-generic', reason: 'dwc2: its transceiver'},
  {name: 'reset-raspberrypi', reason: 'Pi 4: loads the firmware of the USB controller'},
  {name: 'genet', reason: 'Ethernet of Pi 4'},
  {name: 'mdio-bcm-unimac', reason: 'genet: bus to its transceiver'},
  {name: 'broadcom', reason: 'genet: its transceiver'},
  {name: 'smsc95xx', reason: 'Ethernet of Pi 3 B'},
  {name: 'lan78xx', reason: 'Ethernet of Pi 3 B+'},
  {name: 'smsc', reason: 'smsc95xx: its transceiver'},
  {name: 'microchip', reason: 'lan78xx: its transceiver'},
  {name: 'brcmfmac', reason: 'the built-in radio'},
  {name: 'brcmfmac-wcc', reason: 'brcmfmac: radios by Broadcom', optional: true},
  {name: 'brcmfmac-cyw', reason: 'brcmfmac: radios by Cypress, as in a Pi', optional: true},
  {name: 'pwrseq_simple', reason: 'switches the radio on', optional: true},
  {name: 'r8152', reason: 'USB Ethernet, Realtek'},
  {name: 'asix', reason: 'USB Ethernet, ASIX 100 Mbit/s'},
  {name: 'ax88179_178a', reason: 'USB Ethernet, ASIX 1 Gbit/s'},
  {name: 'aqc111', reason: 'USB Ethernet, Aquantia'},
  {name: 'smsc75xx', reason: 'USB Ethernet, SMSC 1 Gbit/s'},
  {name: 'mcs7830', reason: 'USB Ethernet, MosChip'},
  {name: 'dm9601', reason: 'USB Ethernet, Davicom'},
  {name: 'cdc_ncm', reason: 'USB Ethernet of the newer standard class'},
  {name: 'cdc_mbim', reason: 'USB modems'},
  {name: 'qmi_wwan', reason: 'USB modems, Qualcomm'},
  {name: 'rndis_host', reason: "telephones' tethering"},
  {name: 'ipheth', reason: "iPhones' tethering"},
  {name: 'g_ether', reason: 'Zero 2: a network card for the computer it is plugged into'},
  {name: 'bcm2835_wdt', reason: 'watchdog'},
  {name: 'bcm2835-rng', reason: 'random numbers, Pi 3'},
  {name: 'iproc-rng200', reason: 'random numbers, Pi 4'},
  {name: 'bcm2835_thermal', reason: 'temperature, Pi 3'},
  {name: 'bcm2711_thermal', reason: 'temperature, Pi 4'},
  {name: 'raspberrypi-cpufreq', reason: 'full clock speed'},
  {name: 'leds-gpio', reason: 'the activity light'},
]

/** Every module a root for this kind of board is to hold. */
export function rootModules(set: ModuleSet): readonly WantedModule[] {
  return [
    ...INITRAMFS_MODULES.virt, ...ANY_ROOT,
    ...set === 'raspberrypi' ? [...INITRAMFS_MODULES.raspberrypi, ...RASPBERRY_PI_ROOT] : [],
  ]
}
