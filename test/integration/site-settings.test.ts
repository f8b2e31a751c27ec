import {readFile, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {expect} from 'chai'

import {accessPoint, address, labDeployment, networkInterface, route} from '../lab/deployment.js'
import {settingsLab, type SettingsLab} from '../lab/site-settings.js'

const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

const deployment = labDeployment({
  siteSettings: true,
  authorizedKeys: [`${ED25519} built`],
  interfaces: [
    networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64'], {
      accessPoint: accessPoint({ssid: 'built', passphrase: 'built in here'}),
      dhcpServer: {from: address('10.1.0.10'), to: address('10.1.0.20'), dns: [address('9.9.9.9')], leaseMinutes: 10},
    }),
    networkInterface('usb0', ['10.2.0.1/24'], {role: 'upstream', gateways: [address('10.2.0.254')]}),
    networkInterface('eth0', [], {role: 'upstream', dhcp: true}),
    networkInterface('eth1', ['10.4.0.1/24']),
    networkInterface('eth2', ['10.5.0.1/24', '10.6.0.1/24']),
  ],
  nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}, {from: 'wlan0', to: 'eth0', multicast: 'translate'}],
  routes: [route('225.0.0.1', {to: ['usb0', 'eth0'], liftTtl: true})],
})

interface Taken {
  title: string
  text: string | Buffer
  /** Lines that are new in each file that changed; no other may. */
  lines: Readonly<Record<string, readonly string[]>>
}

const HOSTNAME = {'etc/hostname': ['porto'], 'etc/hosts': ['127.0.1.1 porto']}
const hostapd = (...lines: string[]): Taken['lines'] => ({'etc/hostapd/wlan0.conf': lines})
const wlan0 = (text: string): string => `interfaces:\n  wlan0:\n    accessPoint: ${text}\n`

const taken: Taken[] = [
  {title: 'a host name', text: 'system:\n  hostname: porto\n', lines: HOSTNAME},
  {title: 'the same as other editors write it: byte order mark, CR LF, no last line end', text: '\ufeffsystem:\r\n  hostname: porto', lines: HOSTNAME},
  {title: 'the same with comments, quotes, braces, a version and a document mark', text: '---\n# of Porto\nversion: 1 # the only one\nsystem: {hostname: "porto"}   # so\n', lines: HOSTNAME},
  {
    title: 'keys, besides those of the image',
    text: `system:\n  ssh:\n    authorizedKeys:\n      - ${ED25519} me@laptop\n      - 'no-pty,command="id" ${ED25519} $(reboot) \`x\`'\n`,
    lines: {'root/.ssh/authorized_keys': [`${ED25519} me@laptop`, `no-pty,command="id" ${ED25519} $(reboot) \`x\``]},
  },
  {title: 'name and passphrase of the Wi-Fi', text: wlan0('{ssid: Café, passphrase: correct horse}'), lines: hostapd('ssid2=436166c3a9', 'wpa_passphrase=correct horse')},
  {title: 'a passphrase of digits', text: wlan0('{passphrase: 12345678}'), lines: hostapd('wpa_passphrase=12345678')},
  {title: 'another channel of the same band', text: wlan0('{channel: 9}'), lines: hostapd('channel=9')},
  {title: 'country and channel of another band', text: wlan0('{country: DE, channel: 36}'), lines: hostapd('hw_mode=a', 'channel=36', 'country_code=DE')},
  {
    title: 'what would be syntax elsewhere',
    text: 'interfaces:\n  wlan0:\n    accessPoint:\n      ssid: \'";reboot;"\'\n      passphrase: "$(id) `id` \\" \\\\ %s\\\\n#"\n',
    lines: hostapd(`ssid2=${Buffer.from('";reboot;"').toString('hex')}`, 'wpa_passphrase=$(id) `id` " \\ %s\\n#'),
  },
  {
    title: 'another address upstream: gateway and translated multicast go along',
    text: 'interfaces:\n  usb0:\n    address: 192.0.2.7/28\n    gateway: [192.0.2.1]\n',
    lines: {
      'etc/brmc/interfaces': ['usb0 address 192.0.2.7/28', 'usb0 gateway 192.0.2.1'],
      'etc/nftables.conf': ['flush chain inet brmc translate_usb0_ipv4', 'add rule inet brmc translate_usb0_ipv4 counter ip saddr set 192.0.2.7'],
    },
  },
  {title: 'another address in the same network: the gateway stays', text: 'interfaces: {usb0: {address: 10.2.0.77/24}}\n', lines: {
    'etc/brmc/interfaces': ['usb0 address 10.2.0.77/24'],
    'etc/nftables.conf': ['flush chain inet brmc translate_usb0_ipv4', 'add rule inet brmc translate_usb0_ipv4 counter ip saddr set 10.2.0.77'],
  }},
  {
    title: 'DHCP in place of an address',
    text: 'interfaces:\n  usb0:\n    address: dhcp\n',
    lines: {
      'etc/brmc/interfaces': ['usb0 translator translate_usb0_ipv4', 'usb0 dhcp client'],
      'etc/nftables.conf': [
        'flush chain inet brmc translate_usb0_ipv4', 'add rule inet brmc translate_usb0_ipv4 counter drop',
        'insert rule inet brmc firewall_input iifname "usb0" meta nfproto ipv4 udp sport 67 udp dport 68 accept',
      ],
    },
  },
  {
    title: 'an address in place of DHCP',
    text: 'interfaces:\n  eth0:\n    address: 192.0.2.7/28\n    gateway: 192.0.2.1\n',
    lines: {
      'etc/brmc/interfaces': ['eth0 address 192.0.2.7/28', 'eth0 gateway 192.0.2.1'],
      'etc/nftables.conf': ['flush chain inet brmc translate_eth0_ipv4', 'add rule inet brmc translate_eth0_ipv4 counter ip saddr set 192.0.2.7'],
    },
  },
  {
    title: 'another network downstream, with what its DHCP server gives out',
    text: 'interfaces:\n  wlan0:\n    address: 172.16.0.1/16\n    dhcpServer: {from: 172.16.9.1, to: 172.16.9.100, dns: [192.0.2.53, 192.0.2.54], leaseMinutes: 120}\n',
    lines: {
      'etc/brmc/interfaces': ['wlan0 address 172.16.0.1/16'],
      'etc/udhcpd/wlan0.conf': [
        'start 172.16.9.1', 'end 172.16.9.100', 'max_leases 100', 'option subnet 255.255.0.0', 'option router 172.16.0.1', 'option lease 7200',
        'option dns 192.0.2.53 192.0.2.54',
      ],
    },
  },
  {title: 'nothing: all is a comment', text: '# system:\n#   hostname: porto\nsystem:\n', lines: {}},
]

interface Refused {
  title: string
  text: string | Buffer
  /** All that is told, without the name of the file. */
  told: readonly (string | RegExp)[]
}

const key = (text: string): string => `system: {ssh: {authorizedKeys: ['${text}']}}\n`

const refused: Refused[] = [
  {title: 'a host name with a command in it', text: 'system:\n  hostname: a;reboot\n', told: [/^line 2: system\.hostname: a host name is/]},
  {title: 'a host name over two lines', text: 'system:\n  hostname: "a\n    b"\n', told: [/^line 2: the quote " is not closed/, /^line 3: stands further in/]},
  {title: 'a host name of 64 letters', text: `system: {hostname: ${'a'.repeat(64)}}\n`, told: [/^line 1: system\.hostname/]},
  {title: 'a tab in front', text: 'system:\n\thostname: porto\n', told: [/^line 2: has a tab in front/]},
  {title: 'the same key twice', text: 'system:\n  hostname: porto\n  hostname: lisbon\n', told: [/^line 3: system\.hostname is here a second time \(first: line 2\)/]},
  {title: 'a key that is misspelt', text: 'system:\n  hostnam: porto\n', told: [/^line 2: system\.hostnam: no key "hostnam" is known here; there are hostname and ssh/]},
  {title: 'what is decided in the image', text: 'multicast:\n  daemon: mrouted\nnat: []\nboard: virt\n', told: [/^line 2: .*decided when the image was made/, /^line 4: board: board was decided/]},
  {title: 'an interface that is not there', text: 'interfaces: {eth9: {address: dhcp}}\n', told: [/^line 1: interfaces\.eth9: this router has no interface of that name; it has .*wlan0/]},
  {title: 'several lines', text: 'system:\n  hostname: |\n    porto\n', told: [/^line 2: text over several lines/]},
  {title: 'an anchor, an alias, a tag', text: 'system:\n  hostname: &a porto\ninterfaces: *a\nversion: !!int 1\n', told: [/^line 2: .*quotes/, /^line 3: .*quotes/, /^line 4: .*quotes/]},
  {title: 'a colon in a plain text', text: wlan0('\n      ssid: a: b'), told: [/^line 4: .*write it in quotes/]},
  {title: 'braces over two lines', text: 'system: {hostname: porto,\n  ssh: {}}\n', told: [/^line 1: .*on the same line/, /^line 2: /]},
  {title: 'braces without end in braces', text: `system: ${'{a: '.repeat(2000)}\n`, told: [/^line 1: has too many brackets/]},
  {title: 'a passphrase that is too short, which nobody is shown', text: wlan0('{passphrase: geheim}'), told: [/^line 3: interfaces\.wlan0\.accessPoint\.passphrase: 8 to 63 printable ASCII characters$/]},
  {title: 'a passphrase with a letter beyond ASCII', text: wlan0('{passphrase: "schlüssel1"}'), told: [/passphrase: 8 to 63/]},
  {title: 'no text at all as a name', text: wlan0('{ssid: null}'), told: [/^line 3: .*not a text: write it in quotes/]},
  {title: 'a name of 33 bytes', text: wlan0(`{ssid: "${'é'.repeat(16)}a"}`), told: [/ssid: 1 to 32 bytes/]},
  {title: 'a country that there is not', text: wlan0('{country: XX}'), told: [/radio rules has no country XX/]},
  {title: 'a channel that the country has not', text: wlan0('{country: US, channel: 13}'), told: [/^line 3: .*in US an access point of this router cannot be on channel 13; it can on 1, 2,/]},
  {title: 'a channel of radar', text: wlan0('{channel: 100}'), told: [/in PT .* cannot be on channel 100/]},
  {title: 'a channel that is no number', text: wlan0('{channel: 6ssid2=x}'), told: [/channel: a number/]},
  {title: 'an access point where none is', text: 'interfaces: {eth1: {accessPoint: {ssid: x}}}\n', told: [/eth1\.accessPoint: this image has no access point on eth1/]},
  {title: 'an address without its length', text: 'interfaces: {eth1: {address: 10.9.0.1}}\n', told: [/eth1\.address: "10\.9\.0\.1" is no IPv4 address with its prefix length/]},
  {title: 'an address with a command', text: 'interfaces: {eth1: {address: "10.9.0.1/24; reboot"}}\n', told: [/is no IPv4 address with its prefix length/]},
  {title: 'octets beyond 255, and in octal', text: 'interfaces:\n  eth1: {address: 10.256.0.1/24}\n  usb0: {gateway: 10.2.0.010}\n', told: [/^line 2: .*is no IPv4 address/, /^line 3: .*not an IPv4 address/]},
  {title: 'the address of the network', text: 'interfaces: {eth1: {address: 10.9.0.0/24}}\n', told: [/is the address of the network itself/]},
  {title: 'a multicast group', text: 'interfaces: {eth1: {address: 225.0.0.1/24}}\n', told: [/is a multicast group or beyond/]},
  {title: 'a network that another interface has', text: 'interfaces: {eth1: {address: 10.2.0.7/25}}\n', told: [/eth1\.address: 10\.2\.0\.7\/25 overlaps 10\.2\.0\.1\/24 of usb0/]},
  {title: 'two interfaces with the same new network', text: 'interfaces:\n  eth1: {address: 10.9.0.1/24}\n  eth0: {address: 10.9.0.2/24}\n', told: [/^line 3: .*eth0\.address: 10\.9\.0\.2\/24 overlaps 10\.9\.0\.1\/24 of eth1/]},
  {title: 'another network without its DHCP range', text: 'interfaces: {wlan0: {address: 192.168.7.1/24}}\n', told: [/wlan0\.dhcpServer: 10\.1\.0\.10 to 10\.1\.0\.20 is not in the network 192\.168\.7\.0\/24: write dhcpServer/]},
  {title: 'a DHCP range with the router in it', text: 'interfaces: {wlan0: {dhcpServer: {from: 10.1.0.1}}}\n', told: [/the range holds the router's own address 10\.1\.0\.1/]},
  {title: 'another network without its gateway', text: 'interfaces: {usb0: {address: 192.0.2.7/28}}\n', told: [/usb0\.gateway: 10\.2\.0\.254, which is in the image, is not in the network 192\.0\.2\.0\/28: write gateway too/]},
  {title: 'a lease without end', text: 'interfaces: {wlan0: {dhcpServer: {leaseMinutes: 525601}}}\n', told: [/leaseMinutes: a number from 2 to 525600/]},
  {title: 'a gateway beside DHCP', text: 'interfaces: {eth0: {gateway: 10.2.0.1}}\n', told: [/eth0\.gateway: DHCP tells it/]},
  {title: 'DHCP for an access point that serves', text: 'interfaces: {wlan0: {address: dhcp}}\n', told: [/cannot have its own by DHCP/]},
  {title: 'one of several addresses', text: 'interfaces: {eth2: {address: 10.9.0.1/24}}\n', told: [/has several IPv4 addresses/]},
  {title: 'a private key, which nobody is shown', text: key('-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjEAAAAA'), told: [/^line 1: system\.ssh\.authorizedKeys: this is a private key, which must never leave the machine/]},
  {title: 'a key that is cut off', text: key(ED25519.slice(0, -6)), told: [/this is (cut off|damaged)/]},
  {title: 'a key of another type than it says', text: key(ED25519.replace('ssh-ed25519', 'ssh-rsa')), told: [/said to be ssh-rsa/]},
  {title: 'one key that is not in a list', text: `system: {ssh: {authorizedKeys: '${ED25519}'}}\n`, told: [/is a list/]},
  {title: 'bytes of Latin-1', text: Buffer.from(wlan0('{ssid: Café}'), 'latin1'), told: [/^line 3: has bytes that are not UTF-8/]},
  {title: 'overlong UTF-8', text: Buffer.concat([Buffer.from('# '), Buffer.from([0xc0, 0xaf]), Buffer.from('\n')]), told: [/^line 1: has bytes that are not UTF-8/]},
  {title: 'a control character', text: 'system: {hostname: "por\u0007to"}\n', told: [/^line 1: has a control character/]},
  {title: 'UTF-16, as some editors save', text: Buffer.from('\ufeffsystem: {hostname: porto}\r\n', 'utf16le'), told: [/bytes that are no text .*save it as UTF-8/]},
  {title: 'a zero byte', text: 'system: {hostname: por\0to}\n', told: [/bytes that are no text/]},
  {title: 'a megabyte', text: `#${'x'.repeat(79)}\n`.repeat(13_000), told: [/longer than 64 KiB/]},
  {title: 'a line without end', text: `system: {hostname: ${'a,'.repeat(20_000)}}`, told: [/^line 1: longer than 8192 bytes/]},
  {title: 'a picture', text: Buffer.from(Array.from({length: 3000}, (_, index) => 1 + index * 7919 % 255)), told: []},
]

const CUSTOM = '   /usr/lib/raspberrypi-sys-mods/imager_custom'
const KEYS = {'root/.ssh/authorized_keys': [`${ED25519} it's me`, `${ED25519} other`]}
const COUNTRY = {'etc/hostapd/wlan0.conf': ['country_code=DE']}
const USERS = 'user names and passwords'
const WIFI = 'name and password of a Wi-Fi network'
const TIME = 'time zone and keyboard'

const ofImager: {title: string, files: Readonly<Record<string, string>>, lines: Taken['lines'], noted: readonly string[]}[] = [
  {
    title: 'custom.toml',
    files: {'custom.toml': `config_version = 1\n\n[system]\nhostname = "porto"\n\n[user]\nname = "pi"\npassword = "$5$x$y"\npassword_encrypted = true\n\n[ssh]\nenabled = true
password_authentication = false\nauthorized_keys = [ "${ED25519} it's me", "${ED25519} other" ]\n\n[wlan]\nssid = "at \\"home\\""\npassword = "${'ab'.repeat(32)}"\npassword_encrypted = true\nhidden = false\ncountry = "DE"\n\n[locale]\nkeymap = "de"\ntimezone = "Europe/Berlin"\n`},
    lines: {...HOSTNAME, ...KEYS, ...COUNTRY},
    noted: [USERS, WIFI, TIME],
  },
  {
    title: 'rpi-preseed.toml, with a list over several lines',
    files: {'rpi-preseed.toml': `config_version = "1.0"\n\n[system]\nhostname = "porto"\n\n[ssh]\nenabled = true\npassword_authentication = true\nauthorized_keys = [\n  "${ED25519} it's me",\n  "${ED25519} other",\n]\n`},
    lines: {...HOSTNAME, ...KEYS},
    noted: [USERS],
  },
  {
    title: 'user-data and network-config',
    files: {
      'user-data': `hostname: porto
manage_etc_hosts: true
packages:
- avahi-daemon
apt:
  preserve_sources_list: true
  conf: |
    Acquire {
      Check-Date "false";
    };
timezone: Europe/Berlin
keyboard:
  model: pc105
  layout: "de"
user:
  name: pi
  shell: /bin/bash
  lock_passwd: true
  ssh_authorized_keys:
    - "${ED25519} it's me"
    - "${ED25519} other"
  sudo: ALL=(ALL) NOPASSWD:ALL
ssh_pwauth: false
runcmd:
- [systemctl, enable, --now, ssh]
- |
  hostname stolen
`,
      'network-config': `network:
  version: 2
  ethernets:
    eth0:
      dhcp4: true
      optional: true
  wifis:
    wlan0:
      dhcp4: true
      regulatory-domain: "DE"
      access-points:
        "caf\\xc3\\xa9 \\"5\\"":
          password: "${'ab'.repeat(32)}"
      optional: true
`,
      'meta-data': 'instance-id: rpi-imager-1\n',
    },
    lines: {...HOSTNAME, ...KEYS, ...COUNTRY},
    noted: [USERS, WIFI, TIME],
  },
  {
    title: 'user-data with a list of users, as older ones wrote it',
    files: {'user-data': `#cloud-config\nhostname: porto\n\nusers:\n- name: pi\n  groups: users,adm\n  ssh_authorized_keys:\n    - ${ED25519} it's me\n    - ${ED25519} other\n  sudo: ALL=(ALL) NOPASSWD:ALL\n`},
    lines: {...HOSTNAME, ...KEYS},
    noted: [USERS],
  },
  {
    title: 'firstrun.sh, of which nothing is run',
    files: {'firstrun.sh': `#!/bin/sh

set +e

CURRENT_HOSTNAME=$(cat /etc/hostname | tr -d " \\t\\n\\r")
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
${CUSTOM} set_hostname porto
else
   echo porto >/etc/hostname
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
${CUSTOM} enable_ssh -k '${ED25519} it'"'"'s me' '${ED25519} other'
else
   rm -rf /etc
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ] && true; then
${CUSTOM} set_wlan  -h 'home' '${'ab'.repeat(32)}' 'DE'
fi
rm -f /boot/firstrun.sh
exit 0
`},
    lines: {...HOSTNAME, ...KEYS, ...COUNTRY},
    noted: [WIFI],
  },
]

describe("settings on the FAT partition, as the router's own script takes them", function () {
  this.timeout(120_000)
  let lab: SettingsLab
  before(async () => { lab = await settingsLab(deployment) })
  after(() => lab.remove())

  describe('brmc-site.yaml', () => {
    for (const {title, text, lines} of taken) {
      it(title, async () => {
        const {said, changed} = await lab.take({'brmc-site.yaml': text})
        expect(said).to.deep.equal(['brmc-site.yaml: the settings of this site are in effect'])
        const files = Object.fromEntries(Object.entries(changed).filter(([path]) => !path.startsWith('var/lib/brmc/site/')))
        expect(Object.keys(files).sort()).to.deep.equal(Object.keys(lines).sort())
        for (const [path, wanted] of Object.entries(lines)) expect(await newLines(path, files[path]), path).to.have.members([...wanted])
      })
    }

    for (const {title, text, told} of refused) {
      it(`refuses ${title}`, async () => {
        const {said, changed, hostname} = await lab.take({'brmc-site.yaml': text})
        expect(said.at(-1)).to.equal('brmc-site.yaml: nothing of it is in effect, the router runs as it was built')
        const problems = said.slice(0, -1).map(line => line.replace(/^brmc-site\.yaml:? /, ''))
        if (told.length > 0) expect(problems.length, problems.join('\n')).to.equal(told.length)
        expect(problems).to.have.length.above(0).and.below(22)
        for (const [index, what] of told.entries()) expect(problems[index]).to.match(new RegExp(what))
        expect(said.join('\n')).to.not.match(/geheim|schlüssel1|b3BlbnNzaC1rZXkt/)
        expect(changed).to.deep.equal({})
        expect(hostname).to.equal('as-built')
      })
    }
  })

  describe('what Raspberry Pi Imager writes', () => {
    for (const {title, files, lines, noted} of ofImager) {
      it(title, async () => {
        const {said, changed} = await lab.take(files)
        expect(said[0]).to.match(/^\S+: the settings of this site are in effect$/)
        expect(said.slice(1).map(line => line.replace(/ (is|are) .*/, ''))).to.have.members([...noted])
        const others = Object.fromEntries(Object.entries(changed).filter(([path]) => !path.startsWith('var/lib/brmc/site/')))
        expect(Object.keys(others).sort()).to.deep.equal(Object.keys(lines).sort())
        for (const [path, wanted] of Object.entries(lines)) expect(await newLines(path, others[path]), path).to.have.members([...wanted])
      })
    }

    it('runs nothing of a script, and refuses what is more than Imager writes', async () => {
      const {said, changed, hostname} = await lab.take({'firstrun.sh': `#!/bin/sh\ntouch /etc/ran\n${CUSTOM} set_hostname $(touch /etc/ran)\n`})
      expect(said).to.deep.equal(['firstrun.sh line 3: this is more than Imager writes: it is not taken over', 'firstrun.sh: nothing of it is in effect, the router runs as it was built'])
      expect({changed, hostname}).to.deep.equal({changed: {}, hostname: 'as-built'})
    })

    it('refuses a host name and a country that brmc would refuse', async () => {
      expect((await lab.take({'custom.toml': '[system]\nhostname = "a b"\n'})).said[0]).to.match(/^custom\.toml line 2: system\.hostname: a host name is/)
      expect((await lab.take({'custom.toml': '[wlan]\ncountry = "UK"\n'})).said[0]).to.match(/^custom\.toml line 2: .*no country UK/)
    })

    it('counts only where there is no brmc-site.yaml', async () => {
      expect((await lab.take({'brmc-site.yaml': 'system: {hostname: lisbon}\n', 'custom.toml': '[system]\nhostname = "porto"\n'})).hostname).to.equal('lisbon')
    })
  })

  it('tells of a file whose name is not quite right', async () => {
    const {said, changed} = await lab.take({'brmc-site.yaml.txt': 'system: {hostname: porto}\n'})
    expect(said).to.deep.equal(['brmc-site.yaml.txt: this file is not read, for its name is not brmc-site.yaml: rename it'])
    expect(changed).to.deep.equal({})
  })

  it('takes over once, does nothing the second time, and begins from the image when the file changes or goes', async () => {
    const first = await lab.take({'brmc-site.yaml': `system: {hostname: porto, ssh: {authorizedKeys: ['${ED25519} one']}}\n`})
    expect(first.hostname).to.equal('porto')
    const edited = join(lab.root, 'etc/hosts')
    await writeFile(edited, `${await readFile(edited, 'utf8')}192.0.2.1 by-hand\n`)
    const again = await lab.take({'brmc-site.yaml': `system: {hostname: porto, ssh: {authorizedKeys: ['${ED25519} one']}}\n`}, true)
    expect(again.said).to.deep.equal([])
    expect(again.changed['etc/hosts']).to.include('by-hand')
    const other = await lab.take({'brmc-site.yaml': `system: {ssh: {authorizedKeys: ['${ED25519} two']}}\n`}, true)
    expect(other).to.include({hostname: deployment.hostname})
    expect(other.changed['root/.ssh/authorized_keys']).to.equal(`${ED25519} built\n${ED25519} two\n`)
    const broken = await lab.take({'brmc-site.yaml': 'system: {hostname: a b}\n'}, true)
    expect(broken.changed).to.deep.equal({})
    const back = await lab.take({'brmc-site.yaml': 'system: {hostname: porto}\n'}, true)
    expect(back.hostname).to.equal('porto')
    expect((await lab.take({}, true)).changed).to.deep.equal({})
  })

  it('takes nothing over where the root takes no files, and says so', async () => {
    const {said, changed, hostname} = await lab.take({'brmc-site.yaml': 'system: {hostname: porto}\n'}, false, 'mkdir -p /var/lib; mount --bind /etc/brmc /var/lib; mount -o remount,bind,ro /var/lib')
    expect(said).to.deep.equal([
      "the root file system takes no files: mkdir: can't create directory '/var/lib/brmc/': Read-only file system",
      'brmc-site.yaml: nothing of it is in effect, the router runs as it was built',
    ])
    expect({changed, hostname}).to.deep.equal({changed: {}, hostname: 'as-built'})
  })

  it('keeps who may read what', async () => {
    await lab.take({'brmc-site.yaml': `system: {ssh: {authorizedKeys: ['${ED25519} one']}}\ninterfaces: {wlan0: {accessPoint: {ssid: x}}}\n`})
    const modes = await Promise.all(['root/.ssh/authorized_keys', 'etc/hostapd/wlan0.conf', 'var/lib/brmc/site', 'var/lib/brmc/site/applied'].map(async path =>
      [(await stat(join(lab.root, path))).mode & 0o777, await stat(join(`${lab.root}.built`, path)).then(({mode}) => mode & 0o777, () => 'new')]))
    expect(modes).to.deep.equal([[0o644, 0o644], [0o644, 0o644], [0o700, 'new'], [0o600, 'new']])
  })

  async function newLines(path: string, content: string | undefined): Promise<string[]> {
    const built = new Set((await lab.built(path)).split('\n'))
    return (content ?? '').split('\n').filter(line => !built.has(line))
  }
})
