import {expect} from 'chai'
import {PassThrough} from 'node:stream'

import {GuestConsole} from '../../src/emulator/console.js'
import {cleanConsole, milestone} from '../../src/emulator/console-text.js'
import {BrmcError} from '../../src/errors.js'
import {start} from '../../src/process/start.js'

/** A real BusyBox shell on a real terminal: it echoes, edits lines and sends control sequences. */
function openShell(signal: AbortSignal): GuestConsole {
  const {stdin, stdout} = start('script', ['--quiet', '--flush', '--return', '--command', "env -i TERM=vt102 PATH=/usr/bin:/bin PS1='brmc# ' busybox sh", '/dev/null'], {stdio: 'piped', signal})
  if (!stdin || !stdout) throw new Error('no streams')
  return new GuestConsole(stdin, stdout)
}

describe('the console', () => {
  const ending = new AbortController()
  let shell: GuestConsole
  before(async () => {
    shell = openShell(ending.signal)
    await shell.waitFor(/^brmc# /m, 'a prompt', 5000)
  })
  after(() => {
    ending.abort()
  })

  const cases: [string, string, {output: string, status: number}][] = [
    ['one line', 'echo one', {output: 'one', status: 0}],
    ['several lines', 'printf "a\\n\\nb\\n"', {output: 'a\n\nb', status: 0}],
    ['no newline at the end', 'printf half', {output: 'half', status: 0}],
    ['nothing', 'true', {output: '', status: 0}],
    ['a status', '(exit 7)', {output: '', status: 7}],
    ['text like a prompt', 'echo "brmc# "', {output: 'brmc# ', status: 0}],
    ['text like another mark', 'echo brmc-end-99 0', {output: 'brmc-end-99 0', status: 0}],
    ['a line longer than the screen', `echo ${'x'.repeat(200)}`, {output: 'x'.repeat(200), status: 0}],
  ]
  for (const [title, line, wanted] of cases) {
    it(`returns ${title}`, async () => {
      expect(await shell.command(line)).to.deep.equal(wanted)
    })
  }

  it('runs commands one after the other, however many are asked for at once', async () => {
    const results = await Promise.all([shell.command('sleep 0.2; echo first'), shell.command('echo second')])
    expect(results.map(({output}) => output)).to.deep.equal(['first', 'second'])
  })

  it('gives up in words after a time', async () => {
    const error = await new GuestConsole(new PassThrough(), new PassThrough()).command('cat /dev/zero', 50).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).and.include({code: 'GUEST_DID_NOT_BOOT'})
    expect((error as BrmcError).message).to.include('the end of the command: cat /dev/zero within 0 s')
  })

  it('fails with the last lines when the guest is gone', async () => {
    const output = new PassThrough()
    const console = new GuestConsole(new PassThrough(), output)
    output.write('[    1.0] Kernel panic - not syncing: No working init found.\r\n')
    const waiting = console.waitFor(milestone('ready'), 'its line "brmc: ready"', 5000).catch((thrown: unknown) => thrown)
    await new Promise(resolve => setTimeout(resolve, 10))
    console.end('QEMU ended with status 0')
    const error = await waiting as BrmcError
    expect(error).to.include({code: 'GUEST_DID_NOT_BOOT', message: 'the emulated router did not come to its line "brmc: ready" (QEMU ended with status 0)'})
    expect(error.details).to.deep.equal(['[    1.0] Kernel panic - not syncing: No working init found.'])
  })
})

describe('console text', () => {
  it('loses control sequences, also those cut in two', () => {
    const escape = String.fromCodePoint(27)
    const {text, rest} = cleanConsole(`a${escape}[1;31mb\r\n${escape}[6`)
    expect({text, rest}).to.deep.equal({text: 'ab\n', rest: `${escape}[6`})
    expect(cleanConsole(`${rest}nc`)).to.deep.equal({text: 'c', rest: ''})
  })

  it('tells the guest’s milestones', () => {
    expect(milestone('ready').exec('brmc: ready soon\nbrmc: ready 3.45\n')?.[1]).to.equal('3.45')
    expect(milestone('init').exec('\uFFFDbrmc: init 2.79\n')?.[1]).to.equal('2.79')
    expect(milestone('init').exec('brmc: ready 3.45\n')).to.equal(null)
    expect(milestone('ready').exec('brmc: ready 3')).to.equal(null)
  })
})
