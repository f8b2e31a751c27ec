import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {encodeCapabilities} from '../../src/spec/overlay-meta/capabilities.js'
import {parseOverlayMeta} from '../../src/spec/overlay-meta/parse.js'
import {judge} from '../image/on-disk.js'

const problems = (yaml: string): string[] => parseOverlayMeta(yaml, 'm').problems.map(({place: {line, column}, message, fix}) => `${line}:${column} ${message} → ${fix}`)

describe('spec/overlay-meta', () => {
  const refusals: [string, string, RegExp][] = [
    ['a key that is none, with the one that was meant', 'paths:\n  a: {onwer: 0}', /^2:7 onwer is not a key .* → did you mean owner\?$/],
    ['a key of the file that is none', 'removed: [a]', /^1:1 removed is not a key of the file → did you mean remove\?$/],
    ['a mode that YAML took for a number', 'paths: {a: {mode: 0755}}', /^1:19 .*it has to be text, so put it in quotes/],
    ['a mode of three digits', 'paths: {a: {mode: "755"}}', /four octal digits in quotes/],
    ['a path that goes up', 'paths: {a/../../b: {owner: 0}}', /^1:9 .* cannot be a name here → a path does not go up/],
    ['a path with an empty part', 'paths: {a//b: {owner: 0}}', /a path is names with a slash between/],
    ['the root itself', 'paths: {/: {owner: 1}}', /a path is names/],
    ['a path with a control character', 'paths: {"a\\nb": {owner: 0}}', /a path has no control characters/],
    ['a name that is too long', `paths: {${'n'.repeat(256)}: {owner: 0}}`, /at most 255 bytes/],
    ['two stars within a name', 'paths: {a**b: {owner: 0}}', /\*\* stands for whole folders/],
    ['a removal by pattern', 'remove: ["usr/*"]', /^1:10 .*a pattern cannot stand here/],
    ['a removal that goes up', 'remove: [../x]', /a path does not go up/],
    ['a device in other words', 'paths: {a: {device: 5 1}}', /as in c 5 1/],
    ['a device that no kernel knows', 'paths: {a: {device: c 4096 0}}', /as in c 5 1/],
    ['two kinds at once', 'paths: {a: {fifo: true, symlink: b}}', /^1:25 a: it cannot be fifo and symlink at once/],
    ['a pattern that makes something', 'paths: {"a/*": {fifo: true}}', /a pattern makes nothing/],
    ['the mode of a symlink', 'paths: {a: {symlink: b, mode: "0777"}}', /a symlink has no mode of its own/],
    ['directoryMode of one path', 'paths: {a: {directoryMode: "0755"}}', /→ write mode$/],
    ['nothing', 'paths: {a: {}}', /nothing is said of it/],
    ['a capability that is none', 'paths: {a: {capabilities: cap_net_rwa+ep}}', /cap_net_rwa is no capability; did you mean cap_net_raw\?/],
    ['an owner below zero', 'paths: {a: {owner: -1}}', /it has to be at least 0|an owner is a number/],
    ['an attribute in a class of its own', 'paths: {a: {xattrs: {system.x: y}}}', /an attribute is called user\.x/],
    ['a list', '[a]', /has to be a map/],
    ['aliases that multiply', `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nremove: [${'*c,'.repeat(9)}]`, /more than 100 copies/],
  ]
  for (const [title, yaml, expected] of refusals) {
    it(`refuses ${title}`, () => {
      const found = problems(yaml)
      expect(found.join('\n')).to.match(expected)
    })
  }

  it('takes an empty file', () => {
    expect(parseOverlayMeta('', 'm')).to.deep.equal({problems: [], declarations: {remove: [], empty: [], replaces: [], paths: []}})
  })

  it('says where the first attribute is asked for', () => {
    expect(parseOverlayMeta('paths:\n  a: {owner: 1}\n  b:\n    capabilities: cap_chown+p\n', 'm').attributes).to.deep.equal({file: 'm', line: 4, column: 19})
  })

  describe('capabilities are those of setcap', () => {
    let file: string
    before(() => {
      file = join(mkdtempSync(join(tmpdir(), 'brmc-capabilities-')), 'program')
      writeFileSync(file, '')
    })
    after(() => { rmSync(join(file, '..'), {recursive: true}) })

    for (const text of ['cap_net_raw+ep', 'cap_net_raw,cap_net_admin=eip', 'cap_chown+p cap_bpf+p', 'cap_net_bind_service+i', 'cap_setfcap,cap_mac_override,cap_checkpoint_restore+ep', 'cap_sys_admin+p cap_sys_admin+e']) {
      it(text, () => {
        const {status, stderr} = judge('setcap', [text, file])
        expect(status, stderr).to.equal(0)
        const {stdout} = judge('getfattr', ['--absolute-names', '-n', 'security.capability', '-e', 'hex', file])
        expect(stdout).to.include(`security.capability=0x${(encodeCapabilities(text) as Buffer).toString('hex')}\n`)
      })
    }

    for (const text of ['cap_net_raw', 'cap_none+ep', 'cap_net_raw+x', '+ep', 'cap_net_raw+e cap_chown+p', '']) {
      it(`neither takes ${JSON.stringify(text)}`, () => {
        expect(encodeCapabilities(text)).to.be.a('string')
        if (text !== '') expect(judge('setcap', [text, file]).status).to.not.equal(0)
      })
    }
  })
})
