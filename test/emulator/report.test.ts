import {expect} from 'chai'

import {formatReport} from '../../src/emulator/format-report.js'
import {notesOf, timingsOf, type Report} from '../../src/emulator/report.js'
import {labDeployment, networkInterface} from '../lab/deployment.js'

const report: Report = {
  version: 1,
  passed: false,
  deployment: 'default',
  machine: 'virt',
  timings: {kernelAtInit: 2.345, guestInit: 2.4, guestReady: 4.1, firstForwarded: 4.25, ratio: 1.812, total: 8, guestUptime: {init: 1.9, ready: 3.6}},
  expectations: [
    {id: 'a', title: '225.0.0.1 from wlan0 leaves by usb0, each packet once', passed: true, expected: 'e', seen: 's', attempts: 1},
    {id: 'b', title: '225.0.0.1 from wlan0 sent with TTL 1 is lifted and arrives with 63', passed: false, expected: '2 of 2 on usb0, TTL 63, on no other interface', seen: 'usb0: 0 of 2', attempts: 2,
      likelyCause: 'it arrived at the router (the routing table counts 2) but did not leave with the right TTL: no nft rule "ip ttl set": is the nft table loaded?'},
    {id: 'c', title: 'late', passed: true, expected: 'e', seen: 's', attempts: 2},
  ],
  guestState: {},
  notes: notesOf(labDeployment(), 'virt'),
}

describe('a report', () => {
  it('says what was expected, what was seen and why', () => {
    expect(formatReport(report)).to.equal(`✔ 225.0.0.1 from wlan0 leaves by usb0, each packet once
✖ 225.0.0.1 from wlan0 sent with TTL 1 is lifted and arrives with 63
    expected: 2 of 2 on usb0, TTL 63, on no other interface
    seen:     usb0: 0 of 2
    cause:    it arrived at the router (the routing table counts 2) but did not
              leave with the right TTL: no nft rule "ip ttl set": is the nft
              table loaded?
✔ late (at try 2)

QEMU virt, deployment default; seconds since it was switched on:
  kernel at /init 2.35   ready 4.10   first forwarded packet 4.25   all 8.00
  power-on to the first forwarded packet: 1.81 × what the kernel takes to /init
  (goal: at most 1.6 ×)
note: this is QEMU's machine virt: the board's own drivers and firmware are not
      exercised

1 of 3 expectations are not met.`)
  })

  it('fits 80 columns', () => {
    expect(formatReport(report).split('\n').filter(line => line.length > 80)).to.deep.equal([])
  })

  it('tells of names that only the emulator gives', () => {
    const names = (mac?: string): string[] => notesOf(labDeployment({interfaces: [networkInterface('br-lan', [], mac === undefined ? {} : {mac}), networkInterface('eth0', [])]}), 'raspi3b')
    expect(names()).to.deep.equal(['br-lan: a card of the emulator was called so; on the board the kernel calls none so, and the interface has to be made'])
    expect(names('02:00:00:00:00:01')).to.deep.equal([])
  })

  it('measures against the moment at which the kernel ran the first program, by its own log', () => {
    const times = {guestInit: 4.1, guestReady: 5, firstForwarded: 5.6, guestUptime: {init: 1.9, ready: 2.8}}
    const log = '[    1.800000] Run /sbin/init as init process'
    expect(timingsOf(times, {firstProgram: log}).kernelAtInit).to.be.closeTo(4, 1e-9)
    expect(timingsOf(times, {firstProgram: log}).ratio).to.be.closeTo(1.4, 1e-9)
    expect(timingsOf(times, {firstProgram: ''}).kernelAtInit).to.equal(4.1)
  })

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(report))).to.deep.equal(report)
  })
})
