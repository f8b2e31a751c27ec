import {expect} from 'chai'

import {checkProject} from '../../src/spec/check-project.js'
import {ProjectLayers} from '../../src/spec/layers.js'
import {parseDocument} from '../../src/spec/parse-document.js'

const PROJECT = `version: 1
name: router
board: virt
system: {hostname: router}
interfaces:
  wlan0: {role: downstream, address: 10.1.0.1/24}
  usb0: {role: upstream, address: dhcp}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0]}
`

type Files = Record<string, string>

const shared = (files: Files): {file: string, text: string}[] => Object.entries(files).map(([file, text]) => ({file, text}))

function order(files: Files, ...tops: string[]): string[] {
  const layers = new ProjectLayers({project: {file: 'brmc.yaml', text: PROJECT}, shared: shared(files)})
  return layers.under(tops.map((text, index) => parseDocument(text, `top${index}`))).documents.map(({file}) => file.replace('.yaml', ''))
}

function check(files: Files, deployments: Files = {}): ReturnType<typeof checkProject> {
  return checkProject({
    folder: '/p', project: {file: 'brmc.yaml', text: PROJECT}, shared: shared(files),
    deployments: Object.entries(deployments).map(([name, text]) => ({file: `deployments/${name}`, text})), overlays: {}, texts: [], hasLock: false,
  })
}

describe('the layers of a deployment', () => {
  const orders: [string, Files, string[], string[]][] = [
    ['the project alone', {}, [], ['brmc']],
    ['project, board, deployment', {'boards/virt.yaml': '', 'boards/raspberrypi5.yaml': ''}, [''], ['brmc', 'boards/virt', 'top0']],
    ['the board that the deployment names', {'boards/virt.yaml': '', 'boards/raspberrypi5.yaml': ''}, ['board: raspberrypi5'], ['brmc', 'boards/raspberrypi5', 'top0']],
    ['the board that a group names', {'boards/raspberrypi5.yaml': '', 'groups/a.yaml': 'board: raspberrypi5'}, ['extends: a'], ['brmc', 'boards/raspberrypi5', 'groups/a', 'top0']],
    ['groups in the order they are written', {'groups/a.yaml': '', 'groups/b.yaml': ''}, ['extends: [b, a]'], ['brmc', 'groups/b', 'groups/a', 'top0']],
    ['a group after what it extends', {'groups/a.yaml': 'extends: [b]', 'groups/b.yaml': 'extends: c', 'groups/c.yaml': ''}, ['extends: a'], ['brmc', 'groups/c', 'groups/b', 'groups/a', 'top0']],
    ['each group once', {'groups/a.yaml': 'extends: c', 'groups/b.yaml': 'extends: c', 'groups/c.yaml': ''}, ['extends: [a, b]'], ['brmc', 'groups/c', 'groups/a', 'groups/b', 'top0']],
    ['one more layer on top, with groups of its own', {'groups/a.yaml': '', 'groups/b.yaml': ''}, ['extends: a', 'extends: b'], ['brmc', 'groups/a', 'groups/b', 'top0', 'top1']],
  ]
  for (const [title, files, tops, expected] of orders) {
    it(title, () => { expect(order(files, ...tops)).to.deep.equal(expected) })
  }

  it('are merged: the later wins, and what nobody overrides stays', () => {
    const {findings, deployments} = check(
      {'boards/virt.yaml': 'root: ext4\npackages: [iw]', 'groups/rural.yaml': 'interfaces: {wlan0: {address: 10.7.0.1/24}}\npackages: [tcpdump]\noverlays: [overlays/a]'},
      {'porto.yaml': 'extends: rural\nsystem: {hostname: porto}\noverlays: [overlays/b]'},
    )
    expect(findings.map(({rule}) => rule)).to.deep.equal(['N21', 'N21'])
    const [base, porto] = deployments
    expect(base).to.include({root: 'ext4', hostname: 'router'})
    expect(porto).to.include({root: 'ext4', hostname: 'porto'})
    expect([base?.packages, porto?.packages, porto?.overlays]).to.deep.equal([['iw'], ['tcpdump'], ['overlays/a', 'overlays/b']])
  })

  const wrong: [string, Files, Files, string[]][] = [
    ['a group that is not there', {'groups/rural.yaml': ''}, {'a.yaml': 'root: ram\nextends: [rural, rurall]'}, ['deployments/a.yaml:2:18 N140']],
    ['a circle', {'groups/a.yaml': 'extends: b', 'groups/b.yaml': '\nextends: [a]'}, {'x.yaml': 'extends: a'}, ['groups/a.yaml:1:10 N141', 'groups/b.yaml:2:11 N141']],
    ['a group that extends itself', {'groups/a.yaml': 'extends: a'}, {}, ['groups/a.yaml:1:10 N141']],
    ['extends where it has no meaning', {'boards/virt.yaml': 'extends: a'}, {}, ['boards/virt.yaml:1:1 N142']],
    ['a board file that says another board', {'boards/virt.yaml': 'board: raspberrypi5'}, {}, ['boards/virt.yaml:1:1 N142']],
    ['a file of no board', {'boards/raspberrypi6.yaml': ''}, {}, ['boards/raspberrypi6.yaml:1:1 N143']],
    ['names of groups', {'groups/Rural Sites.yaml': '', 'groups/b.yml': ''}, {}, ['groups/Rural Sites.yaml:1:1 N143', 'groups/b.yml:1:1 N143']],
    ['extends that is no name', {}, {'a.yaml': 'extends: {x: 1}'}, ['deployments/a.yaml:1:10 bad-value']],
    ['what belongs to the project', {'groups/a.yaml': 'kernel: raspberrypi', 'boards/virt.yaml': 'buildroot: {}'}, {}, ['boards/virt.yaml:1:1 N40', 'groups/a.yaml:1:1 N40']],
    ['a mistake of a group, once for all that extend it', {'groups/a.yaml': 'roots: ram'}, {'x.yaml': 'extends: a', 'y.yaml': 'extends: a'}, ['groups/a.yaml:1:1 unknown-key']],
    ['a group that is no YAML, and nothing that would follow from it', {'groups/a.yaml': 'x: ['}, {'x.yaml': 'extends: a\nfoo: 1'}, ['groups/a.yaml:1:5 yaml']],
  ]
  for (const [title, files, deployments, expected] of wrong) {
    it(`says: ${title}`, () => {
      expect(check(files, deployments).findings.map(({file, line, column, rule}) => `${file}:${line}:${column} ${rule}`)).to.deep.equal(expected)
    })
  }
})
