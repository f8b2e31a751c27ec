import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm, symlink} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {tryLock, waitForLock} from '../../src/process/lock.js'

describe('a lock on a folder', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-lock-'))
  })

  afterEach(async () => {
    await rm(folder, {recursive: true, force: true})
  })

  it('is held by one, by whatever path the folder is named, and one for each purpose', async () => {
    await symlink(folder, `${folder}/link`)
    const lock = await tryLock(folder, 'image')
    expect(await tryLock(`${folder}/link`, 'image')).to.equal(undefined)
    const other = await tryLock(folder, 'proof')
    expect(other).to.not.equal(undefined)
    await lock?.release()
    await other?.release()
    const again = await tryLock(folder, 'image')
    expect(again).to.not.equal(undefined)
    await again?.release()
  })

  it('is waited for, and the wait ends with the signal', async () => {
    const lock = await tryLock(folder, 'image')
    const ending = new AbortController()
    const waiting = waitForLock(folder, 'image', ending.signal).then(() => 'taken', (error: unknown) => (error as Error).name)
    ending.abort()
    expect(await waiting).to.equal('AbortError')
    const patient = waitForLock(folder, 'image', new AbortController().signal)
    await lock?.release()
    await (await patient).release()
  })

  it('ends with its holder, even one that is killed', async () => {
    const code = `import {tryLock} from ${JSON.stringify(new URL('../../src/process/lock.ts', import.meta.url).href)}; await tryLock(${JSON.stringify(folder)}, 'image'); console.log('held'); setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {stdio: ['ignore', 'pipe', 'inherit']})
    await once(holder.stdout, 'data')
    expect(await tryLock(folder, 'image')).to.equal(undefined)
    holder.kill('SIGKILL')
    await once(holder, 'close')
    const lock = await tryLock(folder, 'image')
    expect(lock).to.not.equal(undefined)
    await lock?.release()
  })
})
