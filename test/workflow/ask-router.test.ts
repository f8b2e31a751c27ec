import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import type {Run, RunResult} from '../../src/process/run.js'
import {askRouter, formatRouterReport, sshArguments, type RouterReport} from '../../src/workflow/ask-router.js'

const report: RouterReport = {
  healthy: false,
  daemon: 'smcrouted',
  seconds: 2,
  watched: true,
  findings: [
    {id: 'ttl-1', severity: 'wrong', what: 'packets of 239.1.1.1 arrive on wlan0 with TTL 1', change: 'lift it'},
    {id: 'silent', severity: 'note', what: 'no packet of 225.0.0.1 came to wlan0', change: ''},
  ],
  flows: [{group: '239.1.1.1', from: 'wlan0', arrived: 40, left: {usb0: 0}}],
}

const {signal} = new AbortController()
const answering = (result: Partial<RunResult>): Run => () => Promise.resolve({stdout: '', stderr: '', exitCode: 0, ...result})
const ask = (run: Run, host = 'mcast-router'): Promise<RouterReport> => askRouter({host, sshOptions: []}, {run, signal})
const failureOf = (asked: Promise<unknown>): Promise<BrmcError> => asked.then(() => expect.fail('it should have failed'), (error: unknown) => error instanceof BrmcError ? error : expect.fail(String(error)))

describe('sshArguments', () => {
  const cases: [string, {host: string, sshOptions?: string[]}, string[]][] = [
    ['root asks unless the host says another', {host: '192.168.2.1'}, ['-T', '-o', 'ConnectTimeout=10', '-l', 'root', '--', '192.168.2.1', '/usr/sbin/mroute', 'doctor', '--json']],
    ['user@host is left as it is', {host: 'me@there'}, ['-T', '-o', 'ConnectTimeout=10', '--', 'me@there', '/usr/sbin/mroute', 'doctor', '--json']],
    // ssh takes the first of the same name.
    ["the user's options come before ours, each as one argument", {host: 'a', sshOptions: ['Port=2222', 'ConnectTimeout=1', '-v; x']}, ['-T', '-o', 'Port=2222', '-o', 'ConnectTimeout=1', '-o', '-v; x', '-o', 'ConnectTimeout=10', '-l', 'root', '--', 'a', '/usr/sbin/mroute', 'doctor', '--json']],
  ]
  for (const [title, {host, sshOptions = []}, expected] of cases) {
    it(title, () => {
      expect(sshArguments({host, sshOptions})).to.deep.equal(expected)
    })
  }
})

describe('askRouter', () => {
  for (const exitCode of [0, 1]) {
    it(`takes the report with status ${exitCode}`, async () => {
      expect(await ask(answering({exitCode, stdout: JSON.stringify(report)}))).to.deep.equal(report)
    })
  }

  it('lets no control character of the router through to the terminal', async () => {
    const hostile = {...report, findings: [{id: 'x', severity: 'wrong', what: '\u001B[2Jgone\r\n', change: '\u009B'}]}
    expect((await ask(answering({stdout: JSON.stringify(hostile)}))).findings).to.deep.equal([{id: 'x', severity: 'wrong', what: ' [2Jgone  ', change: ' '}])
  })

  const failures: [string, Partial<RunResult>, {code: string, message: RegExp}][] = [
    ['ssh does not get in', {exitCode: 255, stderr: 'ssh: connect to host mcast-router port 22: Connection refused\r\n'}, {code: 'TOOL_FAILED', message: /^mcast-router could not be asked: ssh did not get in$/}],
    ['there is no mroute', {exitCode: 127, stderr: 'sh: mroute: not found\n'}, {code: 'TOOL_MISSING', message: /^mcast-router has no mroute/}],
    ['mroute may not look', {exitCode: 2, stderr: 'mroute: only root may look\n'}, {code: 'TOOL_FAILED', message: /failed on mcast-router with status 2/}],
    ['the answer is a banner', {exitCode: 0, stdout: 'Welcome!\n'}, {code: 'TOOL_FAILED', message: /no report of mroute doctor/}],
    ['the answer is another object', {exitCode: 0, stdout: '{"healthy": true}'}, {code: 'TOOL_FAILED', message: /no report of mroute doctor/}],
  ]
  for (const [title, result, {code, message}] of failures) {
    it(`says what is the matter where ${title}`, async () => {
      const error = await failureOf(ask(answering(result)))
      expect(error).to.have.property('code', code)
      expect(error.message).to.match(message)
      expect(error.details).to.deep.equal((result.stderr ?? '') === '' ? [] : [result.stderr?.trim()])
      expect(error.suggestions).to.have.length.above(0)
    })
  }

  for (const host of ['', '-oProxyCommand=reboot', ' a', 'a b', 'a\n', '--']) {
    it(`asks nobody by the name ${JSON.stringify(host)}`, async () => {
      const error = await failureOf(ask(() => expect.fail('ssh was run'), host))
      expect(error).to.have.property('code', 'USAGE')
    })
  }
})

describe('formatRouterReport', () => {
  it('tells the likeliest cause first, what to do, and what passed', () => {
    expect(formatRouterReport(report, {host: 'mcast-router', colour: false})).to.equal([
      'mcast-router wrong ttl-1', '  packets of 239.1.1.1 arrive on wlan0 with TTL 1', '  → lift it', '',
      'mcast-router note silent', '  no packet of 225.0.0.1 came to wlan0', '',
      '239.1.1.1 from wlan0: 40 packets in 2 s, by usb0: 0', 'The first is the likeliest cause; ask again when it is changed.',
    ].join('\n'))
  })

  it('says that nothing is wrong', () => {
    expect(formatRouterReport({...report, healthy: true, findings: [], flows: []}, {host: 'a', colour: false})).to.equal('Nothing is wrong there.')
  })
})
