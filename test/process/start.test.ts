import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'

import {start} from '../../src/process/start.js'

describe('a long-running program', () => {
  it('is talked to, and ends with its status', async () => {
    const {stdin, stdout, ended, errorOutput} = start('sh', ['-c', 'read line; echo "got $line"; echo oops >&2; exit 3'], {stdio: 'piped', signal: new AbortController().signal})
    stdin?.write('hello\n')
    const [chunk] = await once(stdout ?? process.stdin, 'data') as [Buffer]
    expect(chunk.toString()).to.equal('got hello\n')
    expect(await ended).to.deep.equal({exitCode: 3})
    expect(errorOutput()).to.equal('oops\n')
  })

  it('is ended with the signal, even where it does not want to', async () => {
    const ending = new AbortController()
    const {stdout, ended} = start('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done'], {stdio: 'piped', signal: ending.signal})
    await once(stdout ?? process.stdin, 'data')
    ending.abort()
    expect(await ended).to.not.have.property('error')
  })

  it('that is not there is told in words', async () => {
    const {ended} = start('brmc-no-such-program', [], {stdio: 'piped', signal: new AbortController().signal})
    expect((await ended).error).to.include({code: 'TOOL_MISSING', message: 'brmc-no-such-program is not installed'})
  })

  it('does not outlive brmc, however that ends', async () => {
    const code = `import {start} from ${JSON.stringify(new URL('../../src/process/start.ts', import.meta.url).href)}
      const {stdout} = start('sh', ['-c', 'trap "" TERM HUP; echo $$; while :; do sleep 0.1; done'], {stdio: 'piped', signal: new AbortController().signal})
      stdout.pipe(process.stdout)`
    const brmc = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {stdio: ['ignore', 'pipe', 'inherit']})
    const [pid] = await once(brmc.stdout, 'data') as [Buffer]
    brmc.kill('SIGKILL')
    // Its standard output, which the program holds too, closes with the last of them.
    await once(brmc, 'close')
    // The kernel closes a program's files a moment before it lets go of its folder.
    const folder = `/proc/${pid.toString().trim()}/cwd`
    for (let looks = 0; looks < 100 && existsSync(folder); looks++) await sleep(10)
    expect(existsSync(folder)).to.equal(false)
  })
})
