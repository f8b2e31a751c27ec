import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {run} from '../../src/process/run.js'

async function failureOf(promise: Promise<unknown>): Promise<BrmcError> {
  const error = await promise.then(() => expect.fail('nothing was thrown'), (thrown: unknown) => thrown)
  return error instanceof BrmcError ? error : expect.fail(String(error))
}

describe('run', () => {
  it('gives arguments to the program as they are: no shell sees them', async () => {
    const {stdout} = await run('printf', ['%s\n', '$HOME; echo "no"', '*'])
    expect(stdout).to.equal('$HOME; echo "no"\n*\n')
  })

  it('adds to the environment, takes away from it, and speaks C', async () => {
    const {stdout} = await run('sh', ['-c', 'echo "$BRMC_TRIAL ${HOME-gone} $LC_ALL"'], {env: {BRMC_TRIAL: 'here', HOME: undefined}})
    expect(stdout).to.equal('here gone C.UTF-8\n')
  })

  it('feeds the program and reads each line as it comes, of both outputs', async () => {
    const lines: string[] = []
    await run('sh', ['-c', 'cat; echo to error >&2'], {input: 'one\ntwo\n', onLine: line => lines.push(line)})
    expect(lines.sort()).to.deep.equal(['one', 'to error', 'two'])
  })

  it('takes only the statuses it was told are an answer', async () => {
    expect((await run('sh', ['-c', 'exit 3'], {accept: [0, 3]})).exitCode).to.equal(3)
    expect((await failureOf(run('sh', ['-c', 'exit 3']))).code).to.equal('TOOL_FAILED')
  })

  it('tells of a failure its status and the last lines that matter', async () => {
    const error = await failureOf(run('sh', ['-c', 'for i in $(seq 40); do echo "line $i"; done; echo; echo "the cause" >&2; exit 7']))
    expect(error.message).to.include('status 7')
    expect(error.details).to.have.length(12)
    expect(error.details.at(-1)).to.equal('the cause')
  })

  it('says that a program is not installed, and how to see what else is missing', async () => {
    const error = await failureOf(run('brmc-no-such-program', []))
    expect(error.code).to.equal('TOOL_MISSING')
    expect(error.suggestions.join()).to.include('brmc doctor')
  })

  it('says why a program that is there cannot be run', async () => {
    const error = await failureOf(run('/etc/passwd', []))
    expect(error.code).to.equal('TOOL_FAILED')
    expect(error.message).to.match(/EACCES|not permitted|denied/)
  })

  it('hands bytes to a reader, and ends the program when the reader gives up', async () => {
    const chunks: Uint8Array[] = []
    await run('printf', ['\\377\\000'], {consume: async output => {
      for await (const chunk of output) chunks.push(chunk)
    }})
    expect(Buffer.concat(chunks)).to.deep.equal(Buffer.from([0xff, 0]))
    const error = await run('yes', [], {consume: async () => Promise.reject(new RangeError('enough'))}).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(RangeError)
  })

  it('ends the program with the signal', async () => {
    const abort = new AbortController()
    const running = failureOf(run('sleep', ['30'], {signal: abort.signal}))
    abort.abort()
    expect((await running).code).to.equal('INTERRUPTED')
  })
})
