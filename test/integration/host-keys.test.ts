import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {createHash} from 'node:crypto'
import {join} from 'node:path'

import {expect} from 'chai'

import {labDeployment, networkInterface} from '../lab/deployment.js'
import {COMMAND_LINE, filesOn, hostKeyLab, type HostKeyLab} from '../lab/host-keys.js'

const deployment = labDeployment({
  authorizedKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl you@laptop'],
  interfaces: [networkInterface('wlan0', ['10.1.0.1/24']), networkInterface('usb0', ['10.2.0.1/24'])],
})
const KEPT = 'brmc-ssh/hostkey'
const MADE = /^SSH host key: made, and kept on the card: SHA256:\S{43}$/
const NOT_WHOLE = 'SSH host key: what the card has (brmc-ssh/hostkey) is no whole key: a new one takes its place'
const ED25519 = /^ssh-ed25519 \S{68}$/

/** What is made of a whole key, by what may happen to it. */
const damaged: [string, (whole: Buffer) => Buffer][] = [
  ['an empty file', () => Buffer.alloc(0)],
  ['one that was cut off', whole => whole.subarray(0, 60)],
  ['one that was cut off by a byte', whole => whole.subarray(0, -1)],
  ['a key without its sum', whole => whole.subarray(0, 83)],
  ['zeros of the right length', whole => Buffer.alloc(whole.length)],
  ['one of which a bit has changed', whole => Buffer.from(whole.map((byte, index) => index === 40 ? byte ^ 1 : byte))],
  ['one with something behind it', whole => Buffer.concat([whole, Buffer.from('\n')])],
  ['a text', () => Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----\n$(reboot)\n'.repeat(4))],
  ['what is no key, with its right sum', () => {
    const no = Buffer.alloc(83, 'x')
    return Buffer.concat([no, Buffer.from(`${createHash('sha256').update(no).digest('hex')}  -\n`)])
  }],
  ['a megabyte', () => Buffer.alloc(1 << 20, 'x')],
]

describe("SSH host keys of a root in memory, as the router's own scripts make, keep and find them", function () {
  this.timeout(300_000)
  let lab: HostKeyLab
  before(async () => { lab = await hostKeyLab(deployment) })
  after(() => lab.remove())

  it('are made at the first boot and are the same at the next, which writes nothing; each card has its own', async () => {
    const card = await lab.newCard()
    const first = await lab.boot(card)
    expect(first.shown).to.have.length(1)
    expect(first.shown[0]).to.match(ED25519)
    expect(first.said).to.have.length(1)
    expect(first.said[0]).to.match(MADE)
    expect(first).to.deep.include({mounted: ['ro', 'rw', 'ro'], mode: '600', left: ''})
    const written = await filesOn(card)
    expect(Object.keys(written)).to.deep.equal([KEPT])
    const second = await lab.boot(card)
    expect(second).to.deep.equal({said: [], shown: first.shown, mounted: ['ro'], mode: '600', left: ''})
    expect(await filesOn(card)).to.deep.equal(written)
    expect((await lab.boot(await lab.newCard())).shown).to.not.deep.equal(first.shown)
  })

  it('say which key was made, as ssh names it to who connects', async () => {
    const {said, shown} = await lab.boot(await lab.newCard())
    const bytes = Buffer.from(shown[0]?.split(' ')[1] ?? '', 'base64')
    expect(said[0]).to.include(`SHA256:${createHash('sha256').update(bytes).digest('base64').replace('=', '')}`)
  })

  for (const [title, damage] of damaged) {
    it(`${title} in the place of the key is told, and replaced for good`, async () => {
      const card = await lab.newCard()
      const {shown} = await lab.boot(card)
      await writeFile(join(card, KEPT), damage(await readFile(join(card, KEPT))))
      const other = await lab.boot(card)
      expect(other.said).to.have.length(2)
      expect(other.said[0]).to.equal(NOT_WHOLE)
      expect(other.said[1]).to.match(MADE)
      expect(other.shown[0]).to.match(ED25519).and.not.equal(shown[0])
      expect(await lab.boot(card)).to.deep.include({said: [], shown: other.shown})
    })
  }

  it('a folder of that name is no key either', async () => {
    const card = await lab.newCard()
    await mkdir(join(card, KEPT), {recursive: true})
    const {said, shown} = await lab.boot(card)
    expect(said[0]).to.equal(NOT_WHOLE)
    expect(await lab.boot(card)).to.deep.include({said: [], shown})
  })

  it('what a power cut has left of a first boot is no matter', async () => {
    const card = await lab.newCard()
    await mkdir(join(card, 'brmc-ssh'))
    await writeFile(join(card, `${KEPT}.new`), 'half')
    const {said, shown} = await lab.boot(card)
    expect(said).to.have.length(1)
    expect(said[0]).to.match(MADE)
    expect(await lab.boot(card)).to.deep.include({said: [], shown})
    expect(Object.keys(await filesOn(card))).to.deep.equal([KEPT])
  })

  const unable: [string, string, Parameters<HostKeyLab['boot']>[1], string[]][] = [
    ['no card, as where the kernel came by the network', 'the kernel command line names no card (brmc.boot=)', {commandLine: 'console=ttyAMA0'}, []],
    ['a card that does not appear', 'the card did not appear', {commandLine: COMMAND_LINE.replace('8badf00d', '00000001')}, []],
    ['a card that cannot be written', 'Read-only file system', {card: 'read-only'}, ['ro', 'rw']],
    ['a full card', 'No space left on device', {card: 'full'}, ['ro', 'rw']],
    ['a worn card, which takes what is written and has lost it', 'the card has not kept it', {card: 'forgetful'}, ['ro', 'rw', 'ro']],
  ]
  for (const [title, why, circumstances, mounted] of unable) {
    it(`with ${title}, one line says so and SSH is there all the same`, async () => {
      const card = await lab.newCard()
      const boot = await lab.boot(card, circumstances)
      expect(boot.said).to.have.length(1)
      expect(boot.said[0]).to.match(/^SSH host key: made for this boot alone, for .*: SHA256:\S{43}$/).and.include(why)
      expect(boot.shown[0]).to.match(ED25519)
      expect(boot).to.deep.include({mounted, mode: '600', left: ''})
      expect(await filesOn(card)).to.deep.equal({})
    })
  }

  it("Buildroot's link to a folder in memory is a folder of the root: there the keys stay", async () => {
    const card = await lab.newCard()
    const first = await lab.boot(card, {linked: true})
    expect(first.shown[0]).to.match(ED25519)
    expect(await lab.boot(card, {linked: true})).to.deep.include({said: [], shown: first.shown})
    const onDisk = async (linked: boolean): Promise<string | undefined> =>
      (await lab.boot(card, {inMemory: false, linked})).shown.find(line => ED25519.test(line))
    const made = await onDisk(true)
    expect(made).to.match(ED25519)
    expect(await onDisk(false)).to.equal(made)
  })

  it('a root on a disk needs no card: its keys are made at the first login and stay', async () => {
    const card = await lab.newCard()
    const ed25519 = (shown: readonly string[]): string | undefined => shown.find(line => ED25519.test(line))
    const {said, shown, mounted} = await lab.boot(card, {inMemory: false})
    expect({said, mounted}).to.deep.equal({said: [], mounted: []})
    expect(ed25519(shown)).to.not.equal(undefined)
    expect(ed25519((await lab.boot(card, {inMemory: false})).shown)).to.equal(ed25519(shown))
  })
})
