import {cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {existsSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {makeBuildrootBase, type BuildrootBase} from '../../../src/base/buildroot/write-base.js'
import {readBundle} from '../../../src/base/write-bundle.js'
import {SHIPPED_PINS} from '../../../src/boards/pins.js'
import {BrmcError} from '../../../src/errors.js'
import {run} from '../../../src/process/run.js'
import {runInTerminal} from '../../../src/process/run-in-terminal.js'
import {SpecSchema} from '../../../src/spec/schema.js'
import {watchBuild} from '../../../src/workflow/build-watch.js'

const MINIATURE = fileURLToPath(new URL('miniature', import.meta.url))
/** Kconfig of the miniature is none that could be asked. */
const NO_KCONFIG = 'import json, sys\njson.load(sys.stdin)\nprint(json.dumps({"unreadable": "miniature"}))\n'
/** Programs that Buildroot would want of this machine and the miniature does not use. */
const UNUSED = ['g++', 'patch', 'perl', 'rsync', 'cpio', 'unzip', 'bzip2', 'file', 'bc', 'wget', 'flex', 'bison']

const TREE = {
  'external.desc': 'name: BRMC\n',
  'configs/brmc_virt_defconfig': 'BR2_aarch64=y\nBR2_LINUX_KERNEL=y\nBR2_PACKAGE_BUSYBOX=y\nBR2_PACKAGE_SMCROUTE=y\n',
  'configs/brmc_raspberrypi5_defconfig': 'BR2_aarch64=y\n',
  'linux.fragment': 'CONFIG_IP_MROUTE=y\n',
  'busybox.fragment': 'CONFIG_UDHCPC=y\n',
  'overlays/router/etc/inittab': '::respawn:x\n',
}

/** A Buildroot whose packages take no time, run by this machine's own tools: all of brmc's part is the real one. */
describe('the base buildroot, of a Buildroot in small', function () {
  this.timeout(60_000)
  let place: string
  let project: string
  let notes: string[]
  const output = (): string => join(project, 'build/buildroot/virt/output')

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'brmc-base-'))
    project = join(place, 'project')
    await cp(MINIATURE, join(place, 'buildroot'), {recursive: true})
    await mkdir(join(place, 'unused'))
    for (const name of UNUSED) await symlink('/bin/true', join(place, 'unused', name))
    for (const [path, text] of Object.entries(TREE)) await write(path, text)
    notes = []
  })
  afterEach(async () => { await rm(place, {recursive: true, force: true}) })

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(project, 'br2-external', path)), {recursive: true})
    await writeFile(join(project, 'br2-external', path), text)
  }

  async function made(signal = new AbortController().signal, more: Record<string, string> = {}, settings: object = {}): Promise<BuildrootBase> {
    const script = await readFile('board/builder/shared-cache.py', 'utf8')
    const {buildroot, kernel} = SpecSchema.parse({
      version: 1, name: 'x', board: 'virt', system: {hostname: 'x'}, interfaces: {}, buildroot: {path: '../buildroot', engine: 'none', jobs: 2, ...settings},
    })
    const watch = await watchBuild(join(project, 'build/buildroot/virt'), {say: () => undefined, note(line) { notes.push(line) }, conclude: () => undefined})
    // This machine's own tools refuse root; a test run as root says it were somebody else.
    const user = {uid: process.getuid?.() === 0 ? 12_345 : process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0}
    return makeBuildrootBase({
      wish: {board: 'virt', buildroot, kernel}, pins: SHIPPED_PINS, projectFolder: project, cacheFolder: join(project, 'build'), jobs: 2, user, watch, signal,
      builderFiles: new Map([['Dockerfile', 'FROM scratch\n'], ['kconfig-answer.py', NO_KCONFIG], ['toolchain-facts.sh', ''], ['shared-cache.py', script]].map(([name = '', text = '']) => [name, Buffer.from(text)])),
      environment: {PATH: `${process.env['PATH'] ?? ''}:${join(place, 'unused')}`, ...more}, programs: {run, runInTerminal},
      fetch: () => Promise.reject(new Error('nothing is to be fetched')),
    }).finally(watch.close)
  }

  const failure = async (signal?: AbortSignal, settings?: object): Promise<BrmcError> => made(signal, {}, settings).then(() => { throw new Error('it was made') }, (error: unknown) => {
    if (error instanceof BrmcError) return error
    throw error
  })
  /** Lines since the last time. */
  const taken = async (name: string): Promise<string[]> => {
    const file = `${output()}.${name}`
    const text = existsSync(file) ? await readFile(file, 'utf8') : ''
    await rm(file, {force: true})
    return text.split('\n').filter(line => line !== '')
  }
  const CALLS = ['defconfig', 'linux-source busybox-source', 'linux-patch busybox-patch', 'source', 'all']
  /** show-info and printvars run side by side. */
  const calls = async (): Promise<string[]> => (await taken('calls')).filter(line => line !== 'show-info' && line !== 'printvars')

  it('is built once; after that nothing calls make', async () => {
    const first = await made()
    expect(first.cached).to.equal(false)
    expect(await calls()).to.deep.equal(CALLS)
    expect(await taken('built')).to.deep.equal(['linux', 'busybox', 'smcroute'])
    const second = await made()
    expect(second).to.deep.equal({...first, cached: true})
    expect(await taken('calls')).to.deep.equal([])
  })

  it('is root and boot files with their sizes; what brmc makes for each card, and other images, are left out', async () => {
    const {bundle, folder} = await made()
    const entries = await readdir(folder, {recursive: true, withFileTypes: true})
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
    expect(files).to.deep.equal(['boot/Image', 'boot/overlays/one.dtbo', 'boot/start4.elf', 'bundle.json', 'rootfs.tar'])
    expect(bundle.sizes).to.have.all.keys(files.filter(file => file !== 'bundle.json'))
    for (const [file, size] of Object.entries(bundle.sizes)) expect((await stat(join(folder, file))).size, file).to.equal(size)
    expect(bundle).to.include({provider: 'buildroot', board: 'virt', kernel: 'Image', kernelRelease: '6.12.1-small', sourceDateEpoch: SHIPPED_PINS.buildroot.epoch})
    expect(bundle.packages).to.deep.equal([{name: 'busybox', version: '1.0'}, {name: 'linux', version: '6.12.1-small'}, {name: 'smcroute', version: '1.0'}])
    expect(await readBundle(folder)).to.deep.equal(bundle)
  })

  it('is not touched by overlays, words, or what other boards read', async () => {
    await made()
    await write('overlays/router/etc/inittab', '::sysinit:y\n')
    await write('overlays/deployments/lab/etc/x', 'y\n')
    await write('README.md', 'x\n')
    await write('configs/brmc_raspberrypi5_defconfig', 'BR2_arm=y\n')
    expect((await made()).cached).to.equal(true)
  })

  it('is the same with a shared cache; where that does not answer it is said, and built', async () => {
    const unreachable = {BRMC_SHARED_CACHE: 'redis://:secret@127.0.0.1:1'}
    const first = await made(undefined, unreachable)
    expect(notes.filter(note => note.includes('shared cache'))).to.have.length(1).and.to.have.nested.property('[0]').that.matches(/^the shared cache redis:\/\/127\.0\.0\.1:1 is not used, the build goes on without it: /)
    expect(await taken('built')).to.deep.equal(['linux', 'busybox', 'smcroute'])
    expect(await made()).to.deep.equal({...first, cached: true})
  })

  it('builds the kernel alone where its fragment changed, and downloads nothing', async () => {
    const first = await made()
    await Promise.all([calls(), taken('built')])
    await write('linux.fragment', 'CONFIG_IP_MROUTE=y\nCONFIG_IPV6_MROUTE=y\n')
    const second = await made()
    expect(second.bundle.key).not.to.equal(first.bundle.key)
    expect(await taken('built')).to.deep.equal(['linux'])
    expect(await calls()).to.deep.equal(['defconfig', 'linux-patch busybox-patch', 'all'])
    expect(notes.join('\n')).to.include('building what changed, because br2-external/linux.fragment changed')
  })

  it('builds a new package alone, an option\'s package again, and all where one is gone', async () => {
    await made()
    const defconfig = TREE['configs/brmc_virt_defconfig']
    await taken('built')
    await write('configs/brmc_virt_defconfig', `${defconfig}BR2_PACKAGE_TCPDUMP=y\n`)
    await made()
    expect(await taken('built')).to.deep.equal(['tcpdump'])
    await write('configs/brmc_virt_defconfig', `${defconfig}BR2_PACKAGE_TCPDUMP=y\nBR2_PACKAGE_SMCROUTE_X=y\n`)
    await calls()
    await made()
    expect(await calls()).to.include('smcroute-dirclean')
    expect(await taken('built')).to.deep.equal(['smcroute'])
    await write('configs/brmc_virt_defconfig', defconfig)
    expect((await made()).cached).to.equal(true)
    await write('configs/brmc_virt_defconfig', `${defconfig}BR2_PACKAGE_IW=y\n`)
    const {bundle} = await made()
    expect(await taken('built')).to.deep.equal(['linux', 'busybox', 'iw', 'smcroute'])
    expect(bundle.packages.map(({name}) => name)).to.deep.equal(['busybox', 'iw', 'linux', 'smcroute'])
  })

  it('ends before anything is downloaded where Buildroot drops what was asked', async () => {
    await write('configs/brmc_virt_defconfig', `${TREE['configs/brmc_virt_defconfig']}BR2_PACKAGE_NOSUCH=y\n`)
    const error = await failure()
    expect(error.code).to.equal('CONTRACT_BROKEN')
    expect([error.message, ...error.details].join('\n')).to.include('BR2_PACKAGE_NOSUCH').and.include('br2-external/configs/brmc_virt_defconfig:5')
    expect(await calls()).to.deep.equal(['defconfig'])
    await write('configs/brmc_virt_defconfig', TREE['configs/brmc_virt_defconfig'])
    expect((await made()).cached).to.equal(false)
  })

  it('whose sources cannot be fetched names all that are wanted, so that they can be brought by hand at once', async () => {
    await write('configs/brmc_virt_defconfig', `${TREE['configs/brmc_virt_defconfig']}BR2_PACKAGE_FAR=y\nBR2_PACKAGE_OURS=y\n`)
    await mkdir(join(place, 'ours'))
    await mkdir(join(place, 'downloads/busybox'), {recursive: true})
    await writeFile(join(place, 'downloads/busybox/busybox-1.0.tar.xz'), 'x')
    const error = await failure(undefined, {downloads: '../downloads', override: {ours: '../ours'}})
    expect([error.code, error.message]).to.deep.equal(['BUILD_FAILED', 'far 1.0: Downloading failed'])
    expect(error.suggestions).to.include('what this build wants and the download folder does not have: far/far-1.0.tar.xz, linux/linux-1.0.tar.xz, smcroute/smcroute-1.0.tar.xz')
  })

  it('that fails tells package, step and what matters, leaves no base, and goes on from there', async () => {
    await write('configs/brmc_virt_defconfig', `${TREE['configs/brmc_virt_defconfig']}BR2_PACKAGE_BROKEN=y\n`)
    const error = await failure()
    expect(error.code).to.equal('BUILD_FAILED')
    expect(error.message).to.equal('broken 1.0: Building failed')
    expect(error.details.join('\n')).to.include('nosuch.h: No such file or directory')
    expect(existsSync(join(project, 'build/bases'))).to.equal(false)
    expect(await taken('built')).to.deep.equal(['linux'])
    await calls()
    expect((await failure()).code).to.equal('BUILD_FAILED')
    expect(await taken('built')).to.deep.equal([])
    expect(await calls()).to.deep.equal(['defconfig', 'linux-patch busybox-patch', 'all'])
  })

  it('that was killed starts again the package that was being made, and no other', async () => {
    await made()
    await Promise.all([calls(), taken('built')])
    await writeFile(join(output(), '.brmc/running'), '')
    await writeFile(join(output(), 'build/build-time.log'), '1.5:start:build               : smcroute\n')
    await write('external.desc', 'name: BRMC\ndesc: words\n')
    await made()
    expect(notes.join('\n')).to.include('smcroute was being built when an earlier run was killed')
    expect(await taken('built')).to.deep.equal(['smcroute'])
    expect(existsSync(join(output(), '.brmc/running'))).to.equal(false)
  })

  it('that was interrupted leaves no mark, and the next run goes on where it was', async () => {
    await write('configs/brmc_virt_defconfig', `${TREE['configs/brmc_virt_defconfig']}BR2_PACKAGE_SLOW=y\n`)
    const controller = new AbortController()
    const ending = failure(controller.signal)
    while (!existsSync(`${output()}.slow`)) await sleep(20)
    controller.abort()
    expect((await ending).code).to.equal('INTERRUPTED')
    expect(existsSync(join(output(), '.brmc/running'))).to.equal(false)
    expect(await taken('built')).to.deep.equal(['linux', 'busybox'])
    await made()
    expect(await taken('built')).to.deep.equal(['slow', 'smcroute'])
  })
})
