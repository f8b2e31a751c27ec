import {execFileSync} from 'node:child_process'
import {mkdtemp, readFile, rm, writeFile, mkdir} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import type {Report} from '../../src/emulator/report.js'
import {brmc, jsonOf} from './command.js'

const BOOT_OFFSET = 1024 * 1024

/** One finished image for another site, as a user goes it: only the built command, no insides. */
describe('a finished image made another site\'s', function () {
  this.timeout(400_000)
  let folder: string
  let project: string
  const card = (name: string): string => join(project, 'build/images', name, 'sdcard.img')

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-e2e-customize-'))
    project = join(folder, 'router')
    expect(await brmc(['init', project, '--country', 'PT'], {cwd: folder})).to.include({status: 0, stderr: ''})
  })
  after(async () => { await rm(folder, {recursive: true, force: true}) })

  const tool = (file: string, ...args: string[]): string =>
    execFileSync(file, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024, env: {...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`}})

  /** Every file of the root on the second partition with mode, owner and bytes, as debugfs tells. */
  async function census(image: string): Promise<string[]> {
    const {partitiontable: {partitions}} = JSON.parse(tool('sfdisk', '--json', image)) as {partitiontable: {partitions: {start: number}[]}}
    const root = `${image}?offset=${(partitions[1]?.start ?? 0) * 512}`
    const dumped = await mkdtemp(join(folder, 'dumped-'))
    tool('debugfs', '-R', `rdump / ${dumped}`, root)
    const contents = tool('bash', '-c', `cd ${dumped} && find . -type f -print0 | sort -z | xargs -0 sha256sum && find . -type l -printf '%p %l\\n' | sort`)
    const folders = tool('bash', '-c', `cd ${dumped} && find . -type d | sort`).trim().split('\n')
    await writeFile(join(folder, 'script'), folders.map(path => `ls -p "/${path}"`).join('\n'))
    // Inode numbers differ, as they may.
    const modes = tool('debugfs', '-f', join(folder, 'script'), root).split('\n').map(line => line.replace(/^\/\d+/, ''))
    return [...contents.split('\n'), ...modes.sort()]
  }

  it('root: ext4: has the tree that brmc image makes of that deployment, and meets its expectations', async () => {
    expect(await brmc(['image', '--root', 'ext4'], {cwd: project})).to.include({status: 0})
    const before = await readFile(card('default'))
    const output = join(folder, 'site.img')
    const ended = await brmc(['customize', card('default'), '--deployment', 'lab', '-o', output, '--json'], {cwd: project})
    expect(ended.status, ended.stderr + ended.stdout).to.equal(0)
    expect((await readFile(card('default'))).equals(before)).to.equal(true)
    expect(await census(output)).to.deep.equal(await census(card('lab')))

    const proof = await brmc(['test', output, '--json'], {cwd: project})
    const {deployment, expectations} = jsonOf(proof) as Report
    expect(expectations.filter(({passed}) => !passed).map(({title}) => title), proof.stderr).to.deep.equal([])
    expect({deployment, status: proof.status}).to.deep.equal({deployment: 'lab', status: 0})
    expect(expectations).to.have.length.above(5)
  })

  it('root: ram: has the archive that brmc image makes of that deployment, and takes files of the user', async () => {
    expect(await brmc(['image', '--root', 'ram'], {cwd: project})).to.include({status: 0})
    const output = join(folder, 'ram.img')
    expect(await brmc(['customize', card('default'), '--deployment', 'lab', '-o', output], {cwd: project})).to.include({status: 0})
    const archive = (image: string, name: string): string => tool('mtype', '-i', `${image}@@${BOOT_OFFSET}`, `::/${name}`)
    for (const name of ['layers.cpio', 'site.cpio']) expect(archive(output, name)).to.equal(archive(card('lab'), name))

    await mkdir(join(folder, 'mine/etc'), {recursive: true})
    await writeFile(join(folder, 'mine/etc/motd'), 'mine\n')
    const again = join(folder, 'again.img')
    expect(await brmc(['customize', output, '--overlay', join(folder, 'mine'), '-o', again], {cwd: folder})).to.include({status: 0})
    expect(archive(again, 'layers.cpio')).to.include('mine\n')
    expect(archive(again, 'site.cpio')).to.equal(archive(output, 'site.cpio'))
    const proof = await brmc(['test', again, '--json'], {cwd: project})
    expect({deployment: (jsonOf(proof) as Report).deployment, status: proof.status}, proof.stderr).to.deep.equal({deployment: 'lab', status: 0})
  })

  it('the SSH host keys of a card that has run are not in the copy; those that a deployment brings are', async () => {
    const mine = join(folder, 'mine')
    const key = join(folder, 'key')
    await mkdir(join(mine, 'etc'), {recursive: true})
    await writeFile(join(mine, 'etc/motd'), 'mine\n')
    await writeFile(key, 'a key')
    const customized = async (image: string): Promise<string> => {
      const output = join(folder, 'other-card.img')
      expect(await brmc(['customize', image, '--overlay', mine, '-o', output], {cwd: folder})).to.include({status: 0})
      return output
    }

    expect(await brmc(['image', '--root', 'ram'], {cwd: project})).to.include({status: 0})
    const boot = `${card('default')}@@${BOOT_OFFSET}`
    tool('mmd', '-i', boot, '::brmc-ssh')
    tool('mcopy', '-i', boot, key, '::brmc-ssh/hostkey')
    expect(tool('mdir', '-/', '-b', '-i', `${await customized(card('default'))}@@${BOOT_OFFSET}`, '::')).to.include('cmdline.txt').and.not.include('brmc-ssh')

    const brought = join(project, 'overlays/keys/etc/dropbear')
    await mkdir(brought, {recursive: true})
    await writeFile(join(brought, 'dropbear_rsa_host_key'), 'a key')
    await writeFile(join(project, 'deployments/keys.yaml'), 'overlays: [overlays/keys]\n')
    expect(await brmc(['image', 'keys', '--root', 'ext4'], {cwd: project})).to.include({status: 0})
    const {partitiontable: {partitions}} = JSON.parse(tool('sfdisk', '--json', card('keys'))) as {partitiontable: {partitions: {start: number}[]}}
    const rootOf = (image: string): string => `${image}?offset=${(partitions[1]?.start ?? 0) * 512}`
    tool('debugfs', '-w', '-R', `write ${key} etc/dropbear/dropbear_ed25519_host_key`, rootOf(card('keys')))
    expect(tool('debugfs', '-R', 'ls -p etc/dropbear', rootOf(card('keys')))).to.include('dropbear_ed25519_host_key')
    expect(tool('debugfs', '-R', 'ls -p etc/dropbear', rootOf(await customized(card('keys'))))).to.include('dropbear_rsa_host_key').and.not.include('ed25519')
  })

  for (const [name, spec, words] of [
    ['other', 'board: raspberrypi5', ', and other for raspberrypi5'],
    ['more', 'packages: [tcpdump, iperf3]', 'more needs tcpdump, iperf3'],
  ] as const) {
    it(`a deployment that needs another base (${spec}) is refused in words`, async () => {
      await writeFile(join(project, `deployments/${name}.yaml`), `${spec}\n`)
      const ended = await brmc(['customize', card('default'), '--deployment', name, '-o', join(folder, `${name}.img`)], {cwd: project})
      await rm(join(project, `deployments/${name}.yaml`))
      expect(ended.status, ended.stderr).to.equal(30)
      expect(ended.stderr).to.include(words).and.include(`brmc image ${name}`)
    })
  }
})
