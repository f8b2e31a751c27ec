import {expect} from 'chai'

import {ALL_PACKAGES, packagesNamed} from '../../src/boards/packages.js'

describe('packages by name', () => {
  /** As `make show-info` and the Packages file of Debian write them. */
  const names = {
    buildroot: ['busybox', 'tcpdump', 'iproute2', 'ethtool', 'iperf3', 'conntrack-tools', 'iw', 'igmpproxy', 'avahi', 'wpa_supplicant', 'linux'],
    debian: ['busybox-static', 'tcpdump', 'iproute2', 'ethtool', 'iperf3', 'conntrack', 'iw', 'igmpproxy', 'avahi-daemon', 'wpasupplicant', 'libc6'],
  }
  for (const provider of ['buildroot', 'debian'] as const) {
    it(`are all found in a base of ${provider}`, () => {
      expect(packagesNamed(names[provider], provider)).to.deep.equal(ALL_PACKAGES)
    })

    it(`are not found where a base of ${provider} has none`, () => {
      expect(packagesNamed(['busybox', 'linux', 'libiperf0', 'libavahi-core7'], provider)).to.deep.equal([])
    })
  }
})
