import {boards, type BoardName} from '../../boards/boards.js'
import {ALL_PACKAGES, extraPackages} from '../../boards/packages.js'
import {wantsSshServer} from '../../spec/base-needs.js'
import type {Deployment} from '../../spec/deployment.js'

/** The part of a deployment that decides what a base holds. Whatever else a deployment says comes as an overlay. */
export type BaseWish = Pick<Deployment, 'board' | 'debian' | 'packages' | 'authorizedKeys' | 'siteSettings'>

/** A Debian package and the programs of it that go into the root; what they need comes along. */
interface WantedPackage {
  package: string
  files: readonly string[]
}

const ALWAYS: readonly WantedPackage[] = [
  // Static: the same program serves in the initramfs, where there is no library.
  {package: 'busybox-static', files: ['usr/bin/busybox']},
  {package: 'smcroute', files: ['usr/sbin/smcrouted', 'usr/sbin/smcroutectl']},
  {package: 'nftables', files: ['usr/sbin/nft']},
  {package: 'hostapd', files: ['usr/sbin/hostapd', 'usr/sbin/hostapd_cli']},
  {package: 'wireless-regdb', files: []},
  // The names of protocols and ports: nft and tcpdump look them up.
  {package: 'netbase', files: ['etc/protocols', 'etc/services', 'etc/ethertypes']},
  {package: 'linux-image-arm64', files: []},
]
const FOR_SSH: WantedPackage = {package: 'dropbear-bin', files: ['usr/sbin/dropbear', 'usr/bin/dropbearkey']}
const FOR_GPU_FIRMWARE: WantedPackage = {package: 'raspi-firmware', files: []}
const FOR_RADIO: WantedPackage = {package: 'firmware-brcm80211', files: []}

/** What a base for `wish` is made of. */
export function packagesWanted(wish: BaseWish): readonly WantedPackage[] {
  const {board, packages} = wish
  return [
    ...ALWAYS,
    ...boardPackages(board),
    ...wantsSshServer(wish) ? [FOR_SSH] : [],
    // As the table has them, whatever order the file has: equal wishes are one base.
    ...ALL_PACKAGES.filter(name => packages.includes(name)).map(name => extraPackages[name].debian),
  ]
}

/** Every package that any project can ask for: what the lock is made from, so that one lock serves all boards and a change of `packages` needs no new one. */
export const LOCKABLE_PACKAGES: readonly string[] = [
  ...ALWAYS, FOR_GPU_FIRMWARE, FOR_RADIO, FOR_SSH, ...ALL_PACKAGES.map(name => extraPackages[name].debian),
].map(wanted => wanted.package)

function boardPackages(name: BoardName): WantedPackage[] {
  const board = boards[name]
  return [...board.firmware.length > 0 ? [FOR_GPU_FIRMWARE] : [], ...board.radioFirmware.length > 0 ? [FOR_RADIO] : []]
}
