import {expect} from 'chai'

import {parsePrintedUris, parseReleaseDate, parseShownPackages} from '../../../src/base/debian/apt-output.js'

describe('base/debian/apt-output', () => {
  it('reads names and versions, epochs included, from the names of files', () => {
    expect(parsePrintedUris([
      "'http://mirror.example/debian/pool/main/b/busybox/busybox-static_1.37.0-6%2bb9_arm64.deb' busybox-static_1%3a1.37.0-6+b9_arm64.deb 847552 MD5Sum:990d",
      "'http://mirror.example/debian/pool/x/linux-image-6.12.107+deb13-arm64_6.12.107-1_arm64.deb' linux-image-6.12.107+deb13-arm64_6.12.107-1_arm64.deb 92902468 SHA256:fb3b",
      'Reading package lists...', '',
    ].join('\n'))).to.deep.equal(['busybox-static=1:1.37.0-6+b9', 'linux-image-6.12.107+deb13-arm64=6.12.107-1'])
  })

  it('reads paragraphs into a lock, keeping dependencies on one another alone', () => {
    const shown = parseShownPackages(`Package: hostapd
Version: 2:2.10-24
Depends: libc6 (>= 2.38), libssl3t64 (>= 3.0.0) | libssl3, lsb-base, virtual-thing,
 libnl-3-200:arm64 [linux-any]
Pre-Depends: first
Filename: pool/main/w/wpa/hostapd_2.10-24_arm64.deb
Size: 801636
SHA256: ${'a'.repeat(64)}
Description: access point
 Depends: not-a-field

Package: libc6
Version: 2.41
Filename: pool/c.deb
Size: 1
SHA256: b

Package: provider
Provides: virtual-thing (= 1), other
Version: 1
Filename: pool/p.deb
Size: 2
SHA256: c

Package: libnl-3-200
Version: 3
Depends: libc6, libnl-3-200
Filename: pool/n.deb
Size: 3
SHA256: d

Package: first
Version: 1
Filename: pool/f.deb
Size: 4
SHA256: e
`)
    expect(shown[0]).to.deep.equal({
      name: 'hostapd', version: '2:2.10-24', filename: 'pool/main/w/wpa/hostapd_2.10-24_arm64.deb', size: 801_636, sha256: 'a'.repeat(64),
      depends: ['first', 'libc6', 'libnl-3-200', 'provider'],
    })
    expect(shown.map(({name, depends}) => [name, ...depends])).to.deep.include.members([['libnl-3-200', 'libc6'], ['provider']])
  })

  const dates: [string, number | undefined][] = [
    ['Origin: Debian\nDate: Sat, 12 Sep 2026 07:15:41 UTC\n', 1_789_197_341],
    ['Date: Thu, 01 Jan 1970 00:00:01 +0000\n', 1],
    ['Date: soon\n', undefined],
    ['Valid-Until: Sat, 12 Sep 2026 07:15:41 UTC\n', undefined],
  ]
  for (const [text, expected] of dates) {
    it(`${JSON.stringify(text)} is of ${expected ?? 'no time'}`, () => { expect(parseReleaseDate(text)).to.equal(expected) })
  }
})
