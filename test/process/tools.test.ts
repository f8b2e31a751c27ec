import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import type {Run} from '../../src/process/run.js'
import {run} from '../../src/process/run.js'
import {checkTools, TOOLS, type ToolState} from '../../src/process/tools.js'

/** A machine whose tool says `output` when it is asked for its version; an error is thrown. */
const saying = (output: string | BrmcError): Run => async () => output instanceof BrmcError ? Promise.reject(output) : Promise.resolve({stdout: output, stderr: '', exitCode: 0})

describe('the tools of the machine', () => {
  const cases: [string, string | BrmcError, Partial<ToolState>][] = [
    ['the lowest version', 'QEMU emulator version 7.2', {state: 'ok', version: '7.2'}],
    ['a newer patch', 'QEMU emulator version 7.2.19 (Debian 1:7.2+dfsg-7)', {state: 'ok', version: '7.2.19'}],
    ['a newer one, by number and not by letter', 'QEMU emulator version 10.0.2', {state: 'ok', version: '10.0.2'}],
    ['an older minor', 'QEMU emulator version 7.1.99', {state: 'too old', version: '7.1.99'}],
    ['an older major', 'QEMU emulator version 6.2', {state: 'too old'}],
    ['no version at all', 'command not understood', {state: 'broken', problem: 'it does not tell its version'}],
    ['not there', new BrmcError('TOOL_MISSING', 'qemu is not installed'), {state: 'missing'}],
    ['there and failing', new BrmcError('TOOL_FAILED', 'a library is missing'), {state: 'broken', problem: 'a library is missing'}],
  ]
  for (const [what, output, expected] of cases) {
    it(`are ${expected.state ?? ''}: ${what}`, async () => {
      const [state] = await checkTools(saying(output), TOOLS.filter(({name}) => name === 'qemu-system-aarch64'))
      expect(state).to.include({...expected, package: 'qemu-system-arm'})
    })
  }

  it('are asked of the real machine', async () => {
    const states = await checkTools(run)
    expect(states.map(({name, state}) => `${name} ${state}`)).to.deep.equal(TOOLS.map(({name}) => `${name} ok`))
  })
})
