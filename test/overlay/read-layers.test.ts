import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {readFolderLayer} from '../../src/overlay/read-folder-layer.js'
import {readTarLayer} from '../../src/overlay/read-tar-layer.js'
import {run} from '../../src/process/run.js'

const EPOCH = 1_600_000_000

describe('overlay/read layers', () => {
  let folder: string
  let tree: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'brmc-layer-'))
    tree = join(folder, 'tree')
    mkdirSync(join(tree, 'etc/init.d'), {recursive: true})
    writeFileSync(join(tree, 'etc/init.d/S01'), '#!/bin/sh\n')
    chmodSync(join(tree, 'etc/init.d/S01'), 0o700)
    writeFileSync(join(tree, 'etc/motd'), 'hello\n')
    chmodSync(join(tree, 'etc/motd'), 0o660)
    symlinkSync('/proc/mounts', join(tree, 'etc/mtab'))
  })
  afterEach(() => { rmSync(folder, {recursive: true}) })

  it('a folder is root’s, with modes that do not depend on the checkout', async () => {
    chmodSync(join(tree, 'etc'), 0o700)
    const {kind, entries} = await readFolderLayer(tree, EPOCH)
    expect(kind).to.equal('folder')
    expect(entries.map(({path, type, mode}) => `${path} ${type} ${mode.toString(8)}`)).to.deep.equal([
      'etc directory 755', 'etc/init.d directory 755', 'etc/init.d/S01 file 755', 'etc/motd file 644', 'etc/mtab symlink 777',
    ])
    expect(entries.every(({uid, gid, mtime}) => uid === 0 && gid === 0 && mtime === EPOCH)).to.be.true
    expect(entries[3]).to.deep.include({size: 6, content: {file: join(tree, 'etc/motd'), offset: 0}})
    expect(entries[4]).to.include({target: '/proc/mounts'})
  })

  it('leaves out what Buildroot leaves out of an overlay', async () => {
    mkdirSync(join(tree, '.git'))
    writeFileSync(join(tree, 'etc/.empty'), '')
    writeFileSync(join(tree, 'etc/motd~'), '')
    const {entries} = await readFolderLayer(tree, EPOCH)
    expect(entries).to.have.length(5)
  })

  it('refuses fifos and names them', async () => {
    execFileSync('mkfifo', [join(tree, 'etc/pipe')])
    const error: unknown = await readFolderLayer(tree, EPOCH).catch((cause: unknown) => cause)
    expect(error).to.be.instanceOf(BrmcError).with.property('details').that.deep.equals(['etc/pipe is a fifo'])
  })

  it('says when there is no such folder', async () => {
    const error: unknown = await readFolderLayer(join(folder, 'gone'), EPOCH).catch((cause: unknown) => cause)
    expect(error).to.have.property('code', 'OVERLAY_INVALID')
  })

  for (const [suffix, flag] of [['.tar', ''], ['.tar.gz', '--gzip'], ['.tgz', '--gzip'], ['.tar.xz', '--xz'], ['.tar.zst', '--zstd']] as const) {
    it(`an archive ${suffix} is read with its own modes and owners`, async () => {
      const file = join(folder, `site${suffix}`)
      execFileSync('tar', [...flag === '' ? [] : [flag], '--owner=33', '--group=44', '--mtime=@1500000000', '-C', tree, '-cf', file, '.'])
      const {name, kind, entries} = await readTarLayer(file, {scratch: folder, run})
      expect([name, kind]).to.deep.equal([file, 'archive'])
      expect(entries.find(({path}) => path === 'etc/motd')).to.include({mode: 0o660, uid: 33, gid: 44, mtime: 1_500_000_000, size: 6})
      expect(entries.find(({path}) => path === 'etc/mtab')).to.include({type: 'symlink', target: '/proc/mounts'})
    })
  }

  for (const [suffix, code] of [['.tar.gz', 'OVERLAY_INVALID'], ['.zip', 'OVERLAY_INVALID'], ['.tar.xz', 'TOOL_FAILED'], ['.tar.zst', 'TOOL_FAILED']] as const) {
    it(`a broken ${suffix} ends with ${code}`, async () => {
      const file = join(folder, `broken${suffix}`)
      writeFileSync(file, 'this is no archive at all')
      const error: unknown = await readTarLayer(file, {scratch: folder, run}).catch((cause: unknown) => cause)
      expect(error).to.be.instanceOf(BrmcError).with.property('code', code)
    })
  }
})
