import {expect} from 'chai'

import {parseDocument} from '../../src/spec/parse-document.js'

const SPEC = `# a comment
version: 1
system:
  hostname: gw
interfaces:
  wlan0: {role: downstream, address: [10.1.0.1/24, 'fd01::1/64']}
multicast:
  routes:
    - group: 225.0.0.1
      to: [usb0]
    - {group: 225.0.0.2,
       to: [usb0, eth0]}
empty:
`

describe('parseDocument', () => {
  const places: [(string | number)[], 'key' | 'value' | undefined, string][] = [
    [[], undefined, '2:1'],
    [['version'], undefined, '2:10'],
    [['version'], 'key', '2:1'],
    [['system'], undefined, '3:1'],
    [['system', 'hostname'], undefined, '4:13'],
    [['interfaces', 'wlan0'], undefined, '6:10'],
    [['interfaces', 'wlan0'], 'key', '6:3'],
    [['interfaces', 'wlan0', 'address', 1], undefined, '6:52'],
    [['multicast', 'routes'], undefined, '8:3'],
    [['multicast', 'routes', 0], undefined, '9:7'],
    [['multicast', 'routes', 0, 'group'], undefined, '9:14'],
    [['multicast', 'routes', 1, 'to', 1], undefined, '12:19'],
    [['empty'], undefined, '13:1'],
    [['system', 'missing'], undefined, '3:1'],
    [['nothing', 'at', 'all'], undefined, '2:1'],
  ]
  for (const newline of ['\n', '\r\n']) {
    const document = parseDocument(`\uFEFF${SPEC.replaceAll('\n', newline)}`, 'brmc.yaml')
    for (const [path, at, place] of places) {
      it(`places ${path.join('.') || 'the whole'}${at === undefined ? '' : ` (${at})`} at ${place}, lines ending in ${JSON.stringify(newline)}`, () => {
        const {line, column} = document.placeOf(path, at)
        expect(`${line}:${column}`).to.equal(place)
      })
    }
  }

  it('follows an alias to what it names', () => {
    const {value, placeOf} = parseDocument('a: &net {x: 1}\nb: *net\n', 'f')
    expect(value).to.deep.equal({a: {x: 1}, b: {x: 1}})
    expect(placeOf(['b', 'x'])).to.deep.equal({file: 'f', line: 1, column: 13})
  })

  it('reads an empty file as an empty map, and YAML 1.2 words as text', () => {
    expect(parseDocument('# nothing\n', 'f').value).to.deep.equal({})
    expect(parseDocument('', 'f').value).to.deep.equal({})
    expect(parseDocument('country: NO\nmac: 00:11:22:33:44:55\n1: x\n', 'f').value).to.deep.equal({country: 'NO', mac: '00:11:22:33:44:55', 1: 'x'})
  })

  const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd', 'e'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcd'[index] ?? ''}`).join(', ')}]\n`).join('')}`
  const broken: [string, string, string, RegExp][] = [
    ['a key twice', 'a: 1\nb: 2\na: 3\n', '3:1', /already given above/],
    ['an unknown tag', 'a: !vault X\n', '1:4', /tag is unknown/],
    ['an open quote', 'a: "x\n', '2:1', /colon, a quote or a bracket/],
    ['an open bracket', 'a: [1\nb: 2\n', '2:1', /indentation|colon, a quote/],
    ['a tab', 'a:\n\tb: 1\n', '2:1', /tab/],
    ['a reserved character', 'a: @x\n', '1:4', /quoted/],
    ['a second colon', 'a: b: c\n', '1:4', /second ": "/],
    ['two documents', 'a: 1\n---\nb: 2\n', '2:1', /second document/],
    ['a list as key', '? [a]\n: 1\n', '1:3', /plain text/],
    ['an unknown alias', 'a: *nope\n', '1:4', /no anchor/],
    ['an alias inside itself', 'a: &a [*a]\n', '1:8', /inside what it names/],
    ['a billion laughs', bomb, '2:8', /more than 100 copies/],
    ['brackets without end', `a: ${'['.repeat(50_000)}`, '1:1', /more than 200 maps or lists/],
    ['maps without end', `a: ${'{a: '.repeat(50_000)}`, '1:1', /more than 200 maps or lists/],
    ['dashes without end', '- '.repeat(50_000), '1:1', /more than 200 maps or lists/],
    ['a list', '- a\n- b\n', '1:1', /is a list/],
    ['a word', 'hello\n', '1:1', /is a single value/],
    ['a second kind of thing at the end', '- a\nb: 1\n', '2:1', /does not belong here/],
  ]
  for (const [title, text, place, message] of broken) {
    it(`says what is wrong with ${title}, once`, () => {
      const {findings, value} = parseDocument(text, 'brmc.yaml')
      expect(value).to.equal(undefined)
      expect(findings.map(({file, line, column}) => `${file}:${line}:${column}`)).to.deep.equal([`brmc.yaml:${place}`])
      expect(findings[0]?.message).to.match(message)
    })
  }

  const secrets: [string, string][] = [
    ['a plain one', 'accessPoint: {ssid: pi, passphrase: hunter22222, country: US}\n'],
    ['a quoted one over two lines', 'passphrase: "hunter22222\n  hunter22222"\n'],
    ['a block', 'passphrase: |\n  hunter22222\n'],
    ['one behind an anchor', 'x: &p hunter22222\npassphrase: *p\n'],
    ['a misspelt key', 'pasphrase: hunter22222\n'],
    ['a broken file', 'passphrase: "hunter22222\nb: 1\n'],
    ['a token that does not belong', 'passphrase: ]hunter22222\n'],
    ['an alias by mistake', 'passphrase: *hunter22222\n'],
    ['a private key', 'keys:\n  - |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    hunter22222\n'],
  ]
  for (const [title, text] of secrets) {
    it(`never shows a secret: ${title}`, () => {
      const {shown, findings} = parseDocument(text, 'brmc.yaml')
      expect(shown).not.to.include('hunter22222')
      expect(JSON.stringify(findings)).not.to.include('hunter22222')
      expect(shown.split('\n').map(line => line.length)).to.deep.equal(text.split('\n').map(line => line.length))
    })
  }

  it('shows all else as it is', () => {
    const text = 'accessPoint: {ssid: pi, passphrase: abc, country: US}\n'
    expect(parseDocument(text, 'f').shown).to.equal(text.replace('abc', '···'))
  })
})
