import * as z from 'zod'

import {BOARD_NAMES} from '../boards/boards.js'
import {PACKAGE_NAMES} from '../boards/packages.js'
import {DAEMON_NAMES} from '../multicast/daemons.js'
import {parseAddress, parsePrefix, parseRange} from '../network/address.js'
import {parsePorts} from '../network/ports.js'
import {LEGACY_RATES} from '../network/rates.js'

// Descriptions are what an editor shows beside a key: they end up in the JSON Schema (brmc config schema).

/** IFNAMSIZ is 16 with the closing zero (include/uapi/linux/if.h); smcroute reads a trailing + as a wildcard. */
const InterfaceName = z.string().regex(/^[a-z][a-z0-9._-]{0,14}$/, 'an interface name is 1 to 15 of a-z 0-9 . _ - and starts with a letter')

/** RFC 1123 §2.1: what may stand in a host name. */
const Hostname = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i, 'a host name is 1 to 63 letters, digits and inner hyphens (RFC 1123)')

const IPv4Address = z.string().refine(text => parseAddress(text)?.family === 4, 'not an IPv4 address')
const AnyAddress = z.string().refine(text => parseAddress(text) !== undefined, 'not an IPv4 or IPv6 address')
const AddressWithPrefix = z.string().refine(text => parsePrefix(text) !== undefined, 'not an address with its prefix length, as in 192.168.2.1/24')
const AddressOrRange = z.string().refine(text => parseRange(text) !== undefined, 'not an address (225.0.0.1) or a range (225.0.0.0/24)')

/** IEEE 802.11: 32 bytes at most; brmc keeps to what can be typed and printed. */
const Ssid = z.string().min(1).refine(text => Buffer.byteLength(text) <= 32, 'an SSID has at most 32 bytes').refine(text => !/\p{Cc}/u.test(text), 'an SSID has no control characters')

const AccessPoint = z.strictObject({
  ssid: Ssid.describe('Name of the Wi-Fi network'),
  passphrase: z.string().regex(/^[\x20-\x7e]{8,63}$/, 'a WPA passphrase is 8 to 63 printable ASCII characters (IEEE 802.11-2020 J.4.1)').describe('WPA passphrase, 8 to 63 characters'),
  security: z.enum(['wpa2', 'wpa3', 'wpa2+wpa3']).default('wpa2').describe('wpa2: every station; wpa3: SAE alone, management frames protected; wpa2+wpa3: each station as well as it can'),
  country: z.string().regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1)').describe('Country whose radio rules apply; without the right one the radio stays silent'),
  channel: z.int().min(1).max(177).default(6).describe('Channel: 1 to 13 in the 2.4 GHz band, 36 and up in the 5 GHz band'),
  hidden: z.boolean().default(false).describe('Do not announce the SSID'),
  isolateStations: z.boolean().default(false).describe('Stations cannot reach one another'),
  multicast: z.strictObject({
    toUnicast: z.boolean().default(false).describe('Send multicast to each station by itself, at its own rate and acknowledged: as a port of a bridge to those that joined, else to all'),
    rate: z.literal([...LEGACY_RATES]).optional().describe('Mbit/s of multicast that goes to all stations at once, and the lowest rate of this network: who cannot hear it stays outside'),
  }).prefault({}).describe('How multicast goes over the air: by itself unacknowledged, at the lowest rate'),
})

const DhcpServer = z.strictObject({
  from: IPv4Address.describe('First address given out'),
  to: IPv4Address.describe('Last address given out'),
  dns: z.array(IPv4Address).default(['9.9.9.9']).describe('Name servers that clients are told'),
  leaseMinutes: z.int().min(2).max(525_600).default(720).describe('How long an address is lent'),
})

const Bridge = z.strictObject({
  ports: z.array(InterfaceName).min(1).describe('Cards that are one network with it: a name of the kernel (eth0), or an interface of this file without an address'),
  snooping: z.boolean().default(true).describe('Send a group only to ports behind which it was asked for (IGMP and MLD)'),
  querier: z.boolean().default(true).describe('Ask regularly who wants what: without a querier somewhere, snooping forgets who asked'),
})

const Vlan = z.strictObject({
  parent: InterfaceName.describe('Card whose cable it shares'),
  id: z.int().min(1).max(4094).describe('VLAN id, 1 to 4094 (IEEE 802.1Q)'),
})

const Interface = z.strictObject({
  role: z.enum(['upstream', 'downstream']).optional().describe('upstream: towards the network the router is a guest of; downstream: the side it serves. A port of a bridge has none'),
  mac: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'a MAC address is six lower-case hex pairs with colons').optional().describe('Bind the name to this card, whatever order the kernel finds cards in'),
  driver: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "a driver's name is what the link /sys/class/net/<card>/device/driver ends in, as in r8152").optional().describe('Bind the name to the card of this driver, whichever it is: r8152, brcmfmac, cdc_ether'),
  place: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,63}$/, 'a place is the end of the path that /sys/class/net/<card>/device leads to, as in 1-1.2 or fd580000.ethernet').optional().describe('Bind the name to whatever card is plugged in here: 1-1.2 (USB), fd580000.ethernet'),
  bridge: Bridge.optional().describe('Make the interface: a switch of these ports'),
  vlan: Vlan.optional().describe('Make the interface: tagged frames on the cable of another'),
  address: z.union([z.literal('dhcp'), AddressWithPrefix, z.array(AddressWithPrefix).min(1)]).optional().describe('dhcp, or one or more addresses with prefix length; a port of a bridge has none'),
  gateway: z.array(AnyAddress).default([]).describe('Default gateway, where the address is not from DHCP'),
  dhcpServer: DhcpServer.optional().describe('Give addresses to clients on this interface'),
  accessPoint: AccessPoint.optional().describe('Run a Wi-Fi access point on this interface'),
})

const Nat = z.strictObject({
  from: InterfaceName.describe('Interface whose clients are hidden'),
  to: InterfaceName.describe('Interface whose address they get'),
  multicast: z.enum(['keep', 'translate']).default('keep').describe('Routed multicast UDP: keep its source address, or translate it too, from the first packet on'),
})

const PORT_TEXT = 'a port is 1 to 65535, a range of them 5000-5010'
const Port = z.union([z.int(PORT_TEXT).min(1, PORT_TEXT).max(65_535, PORT_TEXT), z.string().refine(text => parsePorts(text) !== undefined, PORT_TEXT)])

const Opening = z.strictObject({
  protocol: z.enum(['tcp', 'udp']).describe('Transport protocol'),
  port: Port.describe('Port, or a range of ports as in 5000-5010'),
  from: InterfaceName.describe('Interface it may come from'),
  to: InterfaceName.optional().describe('Into the network of this interface; left out: to the router itself'),
})

const Firewall = z.strictObject({
  upstream: z.enum(['deny', 'allow']).default('deny').describe('deny: nothing comes in from upstream but routed groups, answers, and what is opened below; allow: no firewall'),
  open: z.array(Opening).default([]).describe('What else may come in from upstream'),
})

const Route = z.strictObject({
  group: AddressOrRange.describe('Multicast group or range, IPv4 or IPv6'),
  source: AddressOrRange.optional().describe('Only packets of this sender (S,G)'),
  from: InterfaceName.describe('Interface the packets arrive on'),
  to: z.array(InterfaceName).min(1).describe('Interfaces they leave by'),
  liftTtl: z.boolean().default(false).describe('Raise a TTL (hop limit) of 1, which no router would forward, to 64'),
  ttlThreshold: z.int().min(1).max(254).default(1).describe('Forward only packets whose TTL is above this'),
  join: z.boolean().default(true).describe('Let the router join the group, so that a snooping switch sends it the packets'),
  reversePathCheck: z.boolean().default(false).describe('Only of senders that the router would answer through this interface. With liftTtl both ways, it keeps two routers side by side from sending a packet round for ever'),
})

const Mrouted = z.strictObject({
  interfaces: z.array(InterfaceName).min(1).optional().describe('Interfaces that take part; default: all'),
  staticGroups: z.array(z.strictObject({
    group: IPv4Address.describe('Multicast group'),
    on: InterfaceName.describe('Interface it is always sent to, whoever asks there'),
  })).default([]).describe('Groups that an interface gets without asking by IGMP'),
  tunnels: z.array(z.strictObject({
    on: InterfaceName.describe('Interface whose address is this end'),
    remote: IPv4Address.describe('Address of the other router, which runs mrouted with a tunnel back'),
    metric: z.int().min(1).max(31).default(1).describe('What the tunnel costs, where there are several ways'),
    ttlThreshold: z.int().min(1).max(254).default(1).describe('Only packets whose TTL is above this go through'),
  })).default([]).describe('Tunnels to other routers that run mrouted, through routers that do not route multicast'),
})

const Sides = z.union([z.literal('all'), z.array(InterfaceName)])
const Discovery = z.union([
  z.array(z.enum(['mdns', 'ssdp'])),
  z.strictObject({
    mdns: Sides.optional().describe('mDNS (Bonjour, AirPlay, Chromecast, printers) is reflected among these interfaces, by avahi; or all'),
    ssdp: Sides.optional().describe('SSDP (UPnP, DLNA) and WS-Discovery are routed among these interfaces, in all directions and whatever their TTL; or all'),
  }),
])

const Multicast = z.strictObject({
  daemon: z.enum(DAEMON_NAMES).default('smcroute').describe('smcroute: the routes below, fixed; igmpproxy: receivers downstream decide by IGMP what comes from the one upstream interface; mrouted: DVMRP, receivers decide by IGMP (both IPv4 only)'),
  mrouted: Mrouted.prefault({}).describe('Settings of mrouted'),
  answerPing: z.boolean().default(true).describe('Let the router answer a ping of a group (icmp_echo_ignore_broadcasts=0)'),
  routes: z.array(Route).default([]).describe('What is routed from where to where'),
  discovery: Discovery.default([]).describe('Devices of one side are found from the others: [mdns, ssdp] among all interfaces, or {mdns: [wlan0, eth0]} among some'),
})

const StatusPage = z.strictObject({
  interfaces: z.array(InterfaceName).min(1).optional().describe('Interfaces on whose addresses it can be read, and only there; default: all that are downstream'),
  port: z.int().min(1).max(65_535).default(80).describe('TCP port; with another one than 80 it is part of the address: http://192.168.2.1:8080/'),
})

const System = z.strictObject({
  hostname: Hostname.describe("The router's own name"),
  password: z.string().regex(/^[\x20-\x7e]{8,128}$/, 'a password is 8 to 128 printable ASCII characters').optional()
    .describe("Root's password for the console, always as !secret: password: !secret root. SSH takes keys alone"),
  passwordHash: z.string().regex(/^\$[56]\$(rounds=\d{4,9}\$)?[./0-9A-Za-z]{1,16}\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/, 'a hash as shadow(5) has it, $6$… or $5$…: it is what openssl passwd -6 prints').optional()
    .describe('The same as its hash: what openssl passwd -6 prints'),
  ssh: z.strictObject({
    authorizedKeys: z.array(z.string().regex(/^[\x21-\x7e][\x20-\x7e]+$/, 'one line of printable characters, as in id_ed25519.pub')).default([]).describe('Public keys that may log in as root; none: no SSH server runs'),
  }).prefault({}).describe('Remote login'),
  siteSettings: z.boolean().default(true).describe('Let brmc-site.yaml, or what Raspberry Pi Imager asks, on the FAT partition of a finished card set host name, keys, Wi-Fi and addresses: docs/site-settings.md'),
  sysctl: z.record(
    z.string().regex(/^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/, 'a kernel setting is a dotted name, as in net.ipv4.ip_forward'),
    z.union([z.int(), z.string().regex(/^[\x20-\x7e]*$/, 'printable characters on one line')]),
  ).default({}).describe('Kernel settings on top of those brmc makes'),
})

const Debian = z.strictObject({
  suite: z.string().regex(/^[a-z][a-z0-9-]*$/).default('trixie').describe('Debian release the packages come from'),
  components: z.array(z.string().regex(/^[a-z][a-z-]*$/)).min(1).default(['main', 'non-free-firmware']).describe('Parts of the archive'),
  mirror: z.url({protocol: /^(https?|file)$/}).optional().describe("Where to fetch from; by default what this machine's own apt uses. A dated snapshot archive makes a release repeatable"),
})

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 lower-case hex digits')
/** Paths reach make, whose words are split at white space and which reads $, # and : as its own. */
const MakePath = z.string().regex(/^[A-Za-z0-9/._+@%=,~-]+$/, 'a path that make can read: letters, digits and / . _ + @ % = , ~ -')

const SharedCacheAddress = z.string().regex(
  /^(?:redis|http):\/\/(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?:\/[A-Za-z0-9._/-]*)?(?:\|read-only)?$/,
  'redis://host:port or http://host/path, with |read-only behind it where nothing is to be stored; ccache speaks no TLS, and user:password@ stands in BRMC_SHARED_CACHE, never in this file',
)

const OwnKernel = z.strictObject({
  source: z.union([z.url({protocol: /^https?$/}), MakePath]).describe('A kernel tarball: its address, or a file'),
  sha256: Sha256.describe('sha256 of the tarball'),
  config: MakePath.describe("A kernel configuration of your own that it starts from; brmc's fragments are merged on top"),
  names: z.enum(['upstream', 'raspberrypi']).default('upstream').describe('Whose names its device trees and serial ports have: kernel.org\'s (bcm2837-rpi-3-b) or Raspberry Pi\'s (bcm2710-rpi-3-b)'),
})

const Buildroot = z.strictObject({
  path: MakePath.optional().describe('A checkout of Buildroot in place of the release that brmc downloads and verifies'),
  downloads: MakePath.optional().describe('Folder of downloaded sources (BR2_DL_DIR); default: a volume that all projects share'),
  ccache: z.union([z.boolean(), MakePath]).default(true).describe('Keep compiled objects: true (a volume that all projects share), a folder, or false'),
  sharedCache: SharedCacheAddress.optional().describe('Server on which machines share what they compiled: redis://host:port or http://host/path; docs/shared-cache.md'),
  output: MakePath.optional().describe('Folder for the build (10 GB); default: a volume of its own'),
  override: z.record(z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/, "a package's name as Buildroot has it"), MakePath).default({}).describe("Sources of a package in a folder of yours (Buildroot's OVERRIDE_SRCDIR)"),
  toolchain: z.union([z.enum(['bootlin', 'internal']), z.strictObject({external: MakePath.describe('Folder of a compiler for aarch64 with glibc')})])
    .default('bootlin').describe('bootlin: a compiler that is downloaded ready-made; internal: built by Buildroot; external: one of yours'),
  engine: z.enum(['auto', 'docker', 'podman', 'none']).default('auto').describe("What runs the build's container; none: this machine's own tools"),
  jobs: z.int().min(1).max(512).optional().describe('Programs at once; default: as the machine allows'),
  bundle: z.strictObject({
    source: z.union([z.url({protocol: /^https?$/}), z.string().regex(/^oci:\/\/[a-z0-9.:/_-]+@sha256:[0-9a-f]{64}$/i, 'an OCI reference with its digest'), z.string().regex(/^[^:]+$/)]).describe('A finished base: address, OCI reference with digest, or file'),
    sha256: Sha256.optional().describe('sha256 of the file'),
  }).optional().describe('A base that was built elsewhere (brmc base export), used where its key fits'),
})

const Secrets = z.strictObject({
  command: z.array(z.string().min(1)).min(1).optional().describe('Program and arguments that print a secret, its name added as the last: [pass, show]'),
  ageIdentity: z.string().min(1).optional().describe('File of the age key that opens secrets.age; default: what BRMC_AGE_IDENTITY names, else ~/.config/sops/age/keys.txt'),
})

/** Values of one's own, for templates in overlays. */
const Scalar = z.union([z.string(), z.number(), z.boolean()])
const Value = z.union([
  Scalar,
  z.array(z.union([Scalar, z.record(z.string(), Scalar)])),
  z.record(z.string(), z.union([Scalar, z.array(Scalar)])),
])
const ValueName = z.string().regex(/^[A-Za-z_]\w*$/, 'use letters, digits and _, a letter first')

export const SpecSchema = z.strictObject({
  version: z.literal(1).describe('Version of this file format'),
  name: Hostname.describe('Name of the project'),
  board: z.enum(BOARD_NAMES).describe('The board the image is for; virt is for the emulator alone'),
  base: z.enum(['buildroot', 'debian']).default('buildroot').describe("buildroot: from source, for releases; debian: from Debian's packages, in seconds"),
  root: z.enum(['ext4', 'ram']).default('ram').describe('ram: held in memory, nothing on the card is written but the SSH host key, once, and a power cut can hurt nothing; ext4: a partition that can be edited, and keeps what is written'),
  debian: Debian.prefault({}).describe('Settings of the base debian'),
  buildroot: Buildroot.prefault({}).describe('Settings of the base buildroot'),
  kernel: z.union([z.literal('raspberrypi'), OwnKernel]).default('raspberrypi').describe("raspberrypi: Raspberry Pi's own, pinned by commit; or one of yours (base buildroot)"),
  system: System.describe("The router's system: its name, who may log in, kernel settings"),
  interfaces: z.record(InterfaceName, Interface).describe('Interfaces by the name they have on the router'),
  nat: z.array(Nat).default([]).describe('Network address translation'),
  firewall: Firewall.prefault({}).describe('What may come in from upstream'),
  multicast: Multicast.prefault({}).describe('Multicast routing'),
  statusPage: StatusPage.optional().describe('A web page that shows what mroute doctor sees: groups, rates, interfaces, what is wrong. Read-only and without a password; without this key no server runs'),
  secrets: Secrets.prefault({}).describe('Where the values of !secret come from, after the environment and secrets.yaml'),
  packages: z.array(z.enum(PACKAGE_NAMES)).default([]).describe('More programs on the router'),
  values: z.record(ValueName, Value).default({}).describe('Values of your own, by name: what files of overlays that end in .ejs are rendered with, beside the keys of this file (docs/overlays.md)'),
  overlays: z.array(z.string().min(1)).default([]).describe("Folders or tar files laid over the root, later ones winning; a deployment's come after the project's"),
})

/** What the user writes, all defaults open. */
export type WrittenSpec = z.input<typeof SpecSchema>
/** What is left after defaults: the same for every later step. JSON all through, so it also stands in an image's manifest. */
export type Spec = z.output<typeof SpecSchema>
