import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'

import {expect} from 'chai'

import type {Bundle} from '../../../src/base/bundle.js'
import {importBundle} from '../../../src/base/transport/write-import.js'
import type {BrmcError} from '../../../src/errors.js'
import {sha256} from '../../../src/files/sha256.js'
import {run} from '../../../src/process/run.js'
import {filesOf, KEY, tarOf, writeSmallBase, type TarEntry} from './small-base.js'

type Make = () => Promise<Buffer> | Buffer

describe('an archive that is no base, or means harm', () => {
  let folder: string
  let bases: string
  let bundle: Bundle
  let files: Record<string, Buffer>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-hostile-'))
    const made = await writeSmallBase(join(folder, 'good'))
    bundle = made.bundle
    files = await filesOf(made.folder)
  })

  beforeEach(async () => {
    bases = join(folder, 'project', 'build', 'bases')
    await mkdir(bases, {recursive: true})
    await writeFile(join(folder, 'project', 'outside'), 'untouched')
  })
  afterEach(() => rm(join(folder, 'project'), {recursive: true}))
  after(() => rm(folder, {recursive: true, force: true}))

  const body = (path: string): Buffer => files[path] ?? Buffer.alloc(0)
  const described = (change: object): TarEntry => [{name: 'bundle.json'}, Buffer.from(JSON.stringify({...bundle, ...change}))]
  const others = (): TarEntry[] => Object.keys(files).filter(path => path !== 'bundle.json').map(path => [{name: path}, body(path)])
  const whole = (...more: TarEntry[]): TarEntry[] => [[{name: 'bundle.json'}, body('bundle.json')], ...others(), ...more]
  const changed = (change: object): Make => () => tarOf([described(change), ...others()])
  const withSizes = (sizes: Record<string, number>): Make => () => changed({sizes: {...bundle.sizes, ...sizes}})()
  const also = (...more: TarEntry[]): Make => () => tarOf(whole(...more))

  async function imported(bytes: Buffer): Promise<unknown> {
    const file = join(folder, 'project', 'base.tar')
    await writeFile(file, bytes)
    return importBundle({source: file}, {folder: bases, run, fetch: globalThis.fetch, signal: new AbortController().signal})
      .catch((error: unknown) => error)
  }

  it('the same without harm is taken', async () => {
    expect(await imported(await tarOf(whole()))).to.deep.equal(bundle)
    expect(await filesOf(join(bases, KEY))).to.deep.equal(files)
  })

  const cases: readonly (readonly [string, Make, string, RegExp])[] = [
    ['a name with ..', also([{name: '../outside'}, Buffer.from('x')]), 'PACKAGE_CORRUPT', /"\.\.\/outside" leaves its folder/],
    ['a name with .. further down', also([{name: 'boot/../../outside'}, Buffer.from('x')]), 'PACKAGE_CORRUPT', /leaves its folder/],
    ['an absolute name', also([{name: '/etc/cron.d/x'}, Buffer.from('x')]), 'PACKAGE_CORRUPT', /is absolute/],
    ['a name with a line feed', also([{name: 'boot/a\nb'}, Buffer.from('x')]), 'PACKAGE_CORRUPT', /a character that no name should have/],
    ['a symbolic link', also([{name: 'boot/link', type: 'symlink', linkname: '/etc'}]), 'PACKAGE_CORRUPT', /boot\/link is a symbolic link/],
    ['a link that a file is to go through', () => tarOf([described({}), [{name: 'boot', type: 'symlink', linkname: '../..'}], ...others()]), 'PACKAGE_CORRUPT', /boot is a symbolic link/],
    ['a hard link', also([{name: 'boot/link', type: 'link', linkname: '/etc/passwd'}]), 'PACKAGE_CORRUPT', /a hard link/],
    ['a device', also([{name: 'boot/sda', type: 'block-device', devmajor: 8, devminor: 0}]), 'PACKAGE_CORRUPT', /a device/],
    ['a named pipe', also([{name: 'boot/pipe', type: 'fifo'}]), 'PACKAGE_CORRUPT', /a named pipe/],
    ['a file twice', also([{name: 'boot/Image'}, Buffer.alloc(200_000)]), 'PACKAGE_CORRUPT', /boot\/Image is in it twice/],
    ['bundle.json twice', also([{name: 'bundle.json'}, Buffer.from('{}')]), 'PACKAGE_CORRUPT', /bundle\.json is in it twice/],
    ['a file that bundle.json does not know', also([{name: 'boot/extra'}, Buffer.from('x')]), 'PACKAGE_CORRUPT', /boot\/extra is in it, and its bundle\.json does not know it/],
    ['a file in place of the folder boot', also([{name: 'boot'}, Buffer.from('x')]), 'PACKAGE_CORRUPT', /boot is in it, and/],
    ['a file missing', () => tarOf(whole().slice(0, -1)), 'PACKAGE_CORRUPT', /rootfs\.tar is not in it/],
    ['a size that lies, upwards', withSizes({'boot/Image': 200_001}), 'PACKAGE_CORRUPT', /boot\/Image has 200000 bytes where its bundle\.json says 200001/],
    ['a size that lies, downwards', withSizes({'boot/Image': 1}), 'PACKAGE_CORRUPT', /says 1$/],
    ['more than any disk has', withSizes({'boot/Image': 2 ** 52}), 'PACKAGE_CORRUPT', /are not believable/],
    ['a size below zero', withSizes({'boot/Image': -1}), 'BUNDLE_MISFIT', /not as this brmc knows it/],
    ['a description with a name that leaves', withSizes({'boot/../../outside': 1}), 'PACKAGE_CORRUPT', /leaves its folder/],
    ['a description with a file elsewhere', withSizes({'etc/passwd': 1}), 'PACKAGE_CORRUPT', /"etc\/passwd" is no file of a base/],
    ['names that only capitals tell apart', withSizes({'boot/IMAGE': 1}), 'PACKAGE_CORRUPT', /named twice/],
    ['a file that is a folder too', withSizes({'boot/Image/x': 1}), 'PACKAGE_CORRUPT', /a file and a folder/],
    ['no kernel', changed({kernel: 'vmlinuz'}), 'PACKAGE_CORRUPT', /boot\/vmlinuz is missing/],
    ['a key that names another folder', changed({key: '../../outside'}), 'PACKAGE_CORRUPT', /the key is not a sha256/],
    ['a key that its ingredients do not make', changed({ingredients: {board: 'other'}}), 'PACKAGE_CORRUPT', /not that of its ingredients/],
    ['lists within lists within lists', () => tarOf([[{name: 'bundle.json'}, Buffer.from(`{"version":1,"ingredients":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`)]]), 'PACKAGE_CORRUPT', /cannot be read|not JSON/],
    ['a kernel release that is a path', changed({kernelRelease: '../..'}), 'PACKAGE_CORRUPT', /kernel release/],
    ['a package that writes on the terminal', changed({packages: [{name: '\u001B[2J', version: '1'}]}), 'PACKAGE_CORRUPT', /odd name/],
    ['a later version', changed({version: 2}), 'BUNDLE_MISFIT', /of version 2; this brmc knows version 1/],
    ['a field that nobody knows', changed({more: true}), 'BUNDLE_MISFIT', /not as this brmc knows it/],
    ['another provider', changed({provider: 'yocto'}), 'BUNDLE_MISFIT', /not as this brmc knows it/],
    ['bundle.json that is no JSON', () => tarOf([[{name: 'bundle.json'}, Buffer.from('{')], ...others()]), 'PACKAGE_CORRUPT', /not JSON/],
    ['bundle.json of something else', () => tarOf([[{name: 'bundle.json'}, Buffer.from('{"name":"x"}')], ...others()]), 'BUNDLE_MISFIT', /does not describe a base/],
    ['bundle.json of 2 MiB', () => tarOf([described({more: 'x'.repeat(2 ** 21)})]), 'PACKAGE_CORRUPT', /not believable/],
    ['bundle.json not first', () => tarOf([...others(), described({})]), 'BUNDLE_MISFIT', /no base/],
    ['a root that is no tar', () => tarOf([described({}), ...others().map<TarEntry>(([header, bytes = Buffer.alloc(0)]) =>
      [header, header.name === 'rootfs.tar' ? Buffer.alloc(bytes.length, 'x') : bytes])]), 'PACKAGE_CORRUPT', /its rootfs\.tar is no archive of a root/],
    ['a tar of other things', () => tarOf([[{name: 'README'}, Buffer.from('x')]]), 'BUNDLE_MISFIT', /no base/],
    ['an empty tar', () => tarOf([]), 'BUNDLE_MISFIT', /no base/],
    ['no tar at all', () => Buffer.alloc(2048, 'hello'), 'PACKAGE_CORRUPT', /not a tar archive/],
    ['nothing', () => Buffer.alloc(0), 'PACKAGE_CORRUPT', /cut short/],
    ['half of it', async () => (await tarOf(whole())).subarray(0, 100_000), 'PACKAGE_CORRUPT', /cut short/],
    ['no end', async () => (await tarOf(whole())).subarray(0, -1024), 'PACKAGE_CORRUPT', /cut short/],
    ['more after its end', async () => Buffer.concat([await tarOf(whole()), Buffer.from('#!/bin/sh')]), 'PACKAGE_CORRUPT', /goes on after its end/],
    ['a gzip that unpacks to more and more', async () => gzipSync(Buffer.concat([await tarOf(whole()), Buffer.alloc(4 * 2 ** 20)])), 'PACKAGE_CORRUPT', /goes on after its end/],
    ['a broken gzip', async () => gzipSync(await tarOf(whole())).subarray(0, -20), 'PACKAGE_CORRUPT', /./],
    ['a broken xz', () => Buffer.from('fd377a585a000004e6d6b44600', 'hex'), 'PACKAGE_CORRUPT', /xz cannot unpack it|cut short/],
    ['a broken zstd', () => Buffer.from('28b52ffd0400', 'hex'), 'PACKAGE_CORRUPT', /zstd cannot unpack it|cut short/],
    ['a packed OCI layout', async () => gzipSync(await tarOf([[{name: 'oci-layout'}, Buffer.from('{}')]])), 'BUNDLE_MISFIT', /OCI layout, packed/],
    ['an OCI layout without index', () => tarOf([[{name: 'oci-layout'}, Buffer.from('{}')]]), 'PACKAGE_CORRUPT', /index\.json is missing/],
    ['an OCI layout with a file twice', () => tarOf([[{name: 'oci-layout'}], [{name: 'oci-layout'}]]), 'PACKAGE_CORRUPT', /oci-layout is in it twice/],
    ['an OCI layout of two manifests', () => layout({manifests: [descriptorOf('x'), descriptorOf('y')]}), 'BUNDLE_MISFIT', /2 manifests/],
    ['an OCI digest that is a path', () => layout({manifests: [{...descriptorOf('x'), digest: 'sha256:../../../outside'}]}), 'BUNDLE_MISFIT', /OCI specification/],
    ['an OCI image of something else', () => artifact({artifactType: 'application/vnd.cncf.helm.config.v1+json'}), 'BUNDLE_MISFIT', /no base of brmc but of type "application\/vnd\.cncf/],
    ['an OCI manifest without files', () => artifact({layers: []}), 'BUNDLE_MISFIT', /no base/],
    ['an OCI blob that is another', () => artifact({layers: [titled('bundle.json', body('bundle.json')), titled('boot/Image', Buffer.alloc(200_000), Buffer.alloc(200_000, 'y'))]}), 'PACKAGE_CORRUPT', /boot\/Image is not what was promised/],
    ['an OCI blob that is shorter', () => artifact({layers: [titled('bundle.json', body('bundle.json')), titled('boot/Image', Buffer.alloc(200_000), Buffer.alloc(10))]}), 'PACKAGE_CORRUPT', /cut short/],
    ['an OCI file whose title leaves', () => artifact({layers: [titled('bundle.json', body('bundle.json')), titled('../outside', Buffer.from('x'))]}), 'PACKAGE_CORRUPT', /leaves its folder|does not know it/],
  ]

  for (const [name, make, code, words] of cases) {
    it(`with ${name} is refused, and nothing is written`, async () => {
      const error = await imported(await make()) as BrmcError
      expect(error, JSON.stringify(error)).to.include({name: 'BrmcError', code})
      expect(error.message).to.match(words).and.to.contain('base.tar cannot be imported')
      expect(await readdir(bases)).to.deep.equal([])
      expect(await readFile(join(folder, 'project', 'outside'), 'utf8')).to.equal('untouched')
      expect((await readdir(join(folder, 'project'))).sort()).to.deep.equal(['base.tar', 'build', 'outside'])
    })
  }

  const descriptorOf = (text: string): object => ({mediaType: 'x', digest: `sha256:${sha256(text)}`, size: text.length})

  interface Titled {
    descriptor: object
    blob: TarEntry
  }

  /** A layer; `actual` is what its blob holds in truth. */
  const titled = (title: string, promised: Buffer, actual = promised): Titled => ({
    descriptor: {mediaType: 'x', digest: `sha256:${sha256(promised)}`, size: promised.length, annotations: {'org.opencontainers.image.title': title}},
    blob: [{name: `blobs/sha256/${sha256(promised)}`}, actual],
  })

  const layout = (index: object, ...blobs: TarEntry[]): Promise<Buffer> =>
    tarOf([[{name: 'oci-layout'}, Buffer.from('{}')], [{name: 'index.json'}, Buffer.from(JSON.stringify({schemaVersion: 2, ...index}))], ...blobs])

  const artifact = ({layers = [], artifactType = 'application/vnd.brmc.base.v1'}: {layers?: Titled[], artifactType?: string}): Promise<Buffer> => {
    const manifest = JSON.stringify({schemaVersion: 2, artifactType, layers: layers.map(({descriptor}) => descriptor)})
    return layout({manifests: [descriptorOf(manifest)]}, [{name: `blobs/sha256/${sha256(manifest)}`}, Buffer.from(manifest)], ...layers.map(({blob}) => blob))
  }
})
