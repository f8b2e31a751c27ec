import {expect} from 'chai'

import {accountsOf, withNumbers} from '../../src/overlay/accounts.js'
import {BrmcError} from '../../src/errors.js'
import type {RootEntry} from '../../src/overlay/entry.js'
import type {Layer} from '../../src/overlay/layer.js'
import {mergeLayers} from '../../src/overlay/merge-layers.js'
import {parseOverlayMeta} from '../../src/spec/overlay-meta/parse.js'
import {didYouMean} from '../../src/spec/suggest.js'

const EPOCH = 1_600_000_000
const FILE = 'overlays/site.meta.yaml'
const ACCOUNTS = accountsOf('root:x:0:0::/root:/bin/sh\nwww:x:33:33::/:/bin/false\nnot a line\n', 'root:x:0:\nwww-data:x:44:\n')

const at = (path: string, type: RootEntry['type'], more: Partial<RootEntry> = {}): RootEntry => ({path, type, mode: type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o644, uid: 0, gid: 0, mtime: 1, size: 0, ...more})
const file = (path: string, text = 'x'): RootEntry => at(path, 'file', {size: text.length, content: Buffer.from(text)})
const folder = (path: string): RootEntry => at(path, 'directory')

const BELOW: RootEntry[] = [
  folder('usr'), folder('usr/bin'), file('usr/bin/busybox'), file('usr/bin/ping'), at('bin', 'symlink', {target: 'usr/bin'}), at('usr/bin/sh', 'hardlink', {target: 'usr/bin/busybox'}),
  folder('etc'), folder('etc/network'), file('etc/network/interfaces'), folder('usr/share'), file('usr/share/doc'), folder('srv'), file('srv/old'), folder('dev'),
]
const OVERLAY: RootEntry[] = [folder('srv'), folder('srv/www'), file('srv/www/index.html'), folder('srv/www/cgi-bin'), file('srv/www/cgi-bin/post'), at('srv/www/latest', 'symlink', {target: 'index.html'}), folder('usr'), folder('usr/bin'), file('usr/bin/probe')]

function laid(yaml: string, kind: Layer['kind'] = 'folder'): ReadonlyMap<string, RootEntry> {
  const {declarations, problems} = parseOverlayMeta(yaml, FILE)
  expect(problems).to.deep.equal([])
  if (!declarations) throw new Error('no problem, no declarations')
  const layers: Layer[] = [{name: 'base', kind: 'archive', entries: BELOW}, {name: 'overlays/site', kind, entries: OVERLAY, declarations: withNumbers(declarations, ACCOUNTS, didYouMean)}]
  return mergeLayers(layers, EPOCH, {nearest: didYouMean})
}

/** A line for each path that is asked: type, mode, owner, and what else there is. */
function shown(yaml: string, paths: readonly string[]): string[] {
  const root = laid(yaml)
  return paths.map(path => {
    const entry = root.get(path)
    if (!entry) return `${path} –`
    const {type, mode, uid, gid, target, device, xattrs = {}} = entry
    const more = [...target === undefined ? [] : [`→${target}`], ...device ? [`${device.major},${device.minor}`] : [], ...Object.entries(xattrs).map(([name, value]) => `${name}=${value.toString('hex')}`)]
    return [path, type, mode.toString(8), `${uid}:${gid}`, ...more].join(' ')
  })
}

describe('overlay/declare', () => {
  const cases: [string, string, string[], string[]][] = [
    ['mode, owner and group of a file of the overlay', 'paths: {usr/bin/probe: {mode: "4755", owner: www, group: www-data}}', ['usr/bin/probe'], ['usr/bin/probe file 4755 33:44']],
    ['numbers', 'paths: {usr/bin/probe: {owner: 1000, group: 4294967294}}', ['usr/bin/probe'], ['usr/bin/probe file 644 1000:4294967294']],
    ['a file of the base, by way of a link', 'paths: {/bin/ping: {mode: "4755"}}', ['usr/bin/ping'], ['usr/bin/ping file 4755 0:0']],
    ['all names of one file', 'paths: {usr/bin/sh: {mode: "0700"}}', ['usr/bin/busybox', 'usr/bin/sh'], ['usr/bin/busybox file 700 0:0', 'usr/bin/sh hardlink 700 0:0 →usr/bin/busybox']],
    ['a capability', 'paths: {usr/bin/ping: {capabilities: cap_net_raw+ep}}', ['usr/bin/ping'], ['usr/bin/ping file 644 0:0 security.capability=0100000200200000000000000000000000000000']],
    ['attributes', 'paths: {usr/bin/ping: {xattrs: {user.note: hé, trusted.x: "0x00ff"}}}', ['usr/bin/ping'], ['usr/bin/ping file 644 0:0 user.note=68c3a9 trusted.x=00ff']],
    ['a device', 'paths: {dev/console: {device: c 5 1, mode: "0600"}}', ['dev/console'], ['dev/console character 600 0:0 5,1']],
    ['a block device', 'paths: {dev/card: {device: b 179 0, group: 6}}', ['dev/card'], ['dev/card block 644 0:6 179,0']],
    ['a fifo', 'paths: {run/queue: {fifo: true}}', ['run', 'run/queue'], ['run directory 755 0:0', 'run/queue fifo 644 0:0']],
    ['a symlink', 'paths: {etc/mtab: {symlink: ../proc/mounts, owner: 5}}', ['etc/mtab'], ['etc/mtab symlink 777 5:0 →../proc/mounts']],
    ['a hard link', 'paths: {usr/bin/other: {hardLink: /usr/bin/probe, mode: "0711"}}', ['usr/bin/other', 'usr/bin/probe'], ['usr/bin/other hardlink 711 0:0 →usr/bin/probe', 'usr/bin/probe file 711 0:0']],
    ['a directory that is new, and one that was there', 'paths: {var/lib/site: {directory: true, owner: 7, mode: "0700"}, etc/network: {directory: true, mode: "0750"}}', ['var/lib', 'var/lib/site', 'etc/network', 'etc/network/interfaces'],
      ['var/lib directory 755 0:0', 'var/lib/site directory 700 7:0', 'etc/network directory 750 0:0', 'etc/network/interfaces file 644 0:0']],
    ['a pattern: what the overlay brings, and no more', 'paths: {"srv/**": {owner: 33, mode: "0640", directoryMode: "0750"}}', ['srv', 'srv/old', 'srv/www', 'srv/www/index.html', 'srv/www/latest', 'srv/www/cgi-bin/post'],
      ['srv directory 755 0:0', 'srv/old file 644 0:0', 'srv/www directory 750 33:0', 'srv/www/index.html file 640 33:0', 'srv/www/latest symlink 777 33:0 →index.html', 'srv/www/cgi-bin/post file 640 33:0']],
    ['a pattern of one folder', 'paths: {"srv/www/*": {owner: 33}}', ['srv/www', 'srv/www/index.html', 'srv/www/cgi-bin', 'srv/www/cgi-bin/post'],
      ['srv/www directory 755 0:0', 'srv/www/index.html file 644 33:0', 'srv/www/cgi-bin directory 755 33:0', 'srv/www/cgi-bin/post file 644 0:0']],
    ['a pattern of letters', 'paths: {"**/ind??.h*l": {owner: 33}}', ['srv/www/index.html', 'srv/www/cgi-bin/post'], ['srv/www/index.html file 644 33:0', 'srv/www/cgi-bin/post file 644 0:0']],
    ['the later counts, each for what it says', 'paths: {"srv/www/**": {owner: 33, mode: "0640"}, srv/www/cgi-bin/post: {mode: "0750"}}', ['srv/www/cgi-bin/post'], ['srv/www/cgi-bin/post file 750 33:0']],
    ['a pattern means what was declared above it', 'paths: {srv/www/queue: {fifo: true}, "srv/www/q*": {mode: "0622"}}', ['srv/www/queue'], ['srv/www/queue fifo 622 0:0']],
    ['removals', 'remove: [usr/share, bin/ping]', ['usr/share', 'usr/share/doc', 'usr/bin/ping'], ['usr/share –', 'usr/share/doc –', 'usr/bin/ping –']],
    ['a removal spares what the overlay brings', 'remove: [srv]', ['srv/old', 'srv/www/index.html'], ['srv/old –', 'srv/www/index.html file 644 0:0']],
    ['an emptied directory', 'empty: [srv]', ['srv', 'srv/old', 'srv/www/index.html'], ['srv directory 755 0:0', 'srv/old –', 'srv/www/index.html file 644 0:0']],
    ['a directory taken away for what is made', 'remove: [etc/network]\npaths: {etc/network: {symlink: /run/network}}', ['etc/network', 'etc/network/interfaces'], ['etc/network symlink 777 0:0 →/run/network', 'etc/network/interfaces –']],
  ]
  for (const [title, yaml, paths, expected] of cases) {
    it(title, () => { expect(shown(yaml, paths)).to.deep.equal(expected) })
  }

  it('a tar’s directory is its own, and a pattern means it', () => {
    expect(laid('paths: {srv: {}}'.replace('{}', '{owner: 9}'), 'archive').get('srv')).to.include({uid: 9})
    expect(laid('paths: {"s*": {owner: 9}}', 'archive').get('srv')).to.include({uid: 9})
  })

  const refusals: [string, string, string][] = [
    ['a path that is not there', 'paths:\n  usr/bin/prob: {mode: "0755"}', `${FILE}:2:3: there is no /usr/bin/prob in the root; did you mean usr/bin/probe?`],
    ['a removal of what is not there', 'remove:\n  - usr/shared', `${FILE}:2:5: there is no /usr/shared in the root; did you mean usr/share?`],
    ['a pattern that means only what was there before', 'paths: {"usr/bin/pi*": {mode: "4755"}}', `${FILE}:1:9: usr/bin/pi* means nothing that this overlay brings (a pattern never means what was there before)`],
    ['the mode of a symlink', 'paths: {bin: {mode: "0755"}}', `${FILE}:1:9: /bin is a symlink to usr/bin: say it of what it leads to`],
    ['a capability of a directory', 'paths: {etc: {capabilities: cap_net_raw+ep}}', `${FILE}:1:9: /etc is a directory, and only files have capabilities`],
    ['a fifo in place of a directory', 'paths: {etc: {fifo: true}}', `${FILE}:1:9: /etc is a directory already; take it away first (remove)`],
    ['a hard link to nothing', 'paths: {a: {hardLink: gone}}', `${FILE}:1:9: /a cannot be one more name for /gone, which is not there`],
    ['an emptied file', 'empty: [usr/bin/ping]', `${FILE}:1:9: /usr/bin/ping is a file, and only a directory can be emptied`],
    ['a user that nobody is', 'paths: {etc: {owner: ww}}', `${FILE}:1:9: there is no user ww in the root; did you mean www?`],
  ]
  for (const [title, yaml, expected] of refusals) {
    it(`refuses ${title}`, () => {
      try {
        laid(yaml)
      } catch (error) {
        expect(error).to.be.instanceOf(BrmcError).with.property('code', 'OVERLAY_INVALID')
        expect(error).to.have.property('details').that.deep.equals([expected])
        return
      }

      expect.fail('it was taken')
    })
  }
})
