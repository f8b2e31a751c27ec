import {expect} from 'chai'

import {busyNotes, recoveryLimit, resultOfRecovery} from '../../src/emulator/recovery.js'

describe('recovery from a disturbance', () => {
  const result = (rounds: (number | undefined)[]) => resultOfRecovery({id: 'replug-usb0', what: 'usb0, pulled and plugged in again', rounds}, 2)

  it('is met where each round was in time, and told with the fastest and the slowest', () => {
    expect(result([0.5, 1.999, 0.75])).to.deep.include({
      passed: true, measured: 'after 0.50 to 2.00 s',
      title: 'usb0, pulled and plugged in again while packets flow: routed again within 2 s, 3 times of 3',
    })
  })

  const failures: [string, (number | undefined)[], string][] = [
    ['one was late', [0.5, 2.01], 'within 2 s 1 times; seconds of each: 0.50 2.01'],
    ['one never came', [undefined, 0.5], 'within 2 s 1 times; seconds of each: never 0.50'],
    ['none came', [undefined], 'within 2 s 0 times; seconds of each: never'],
  ]
  for (const [title, rounds, seen] of failures) {
    it(`is not met where ${title}`, () => {
      expect(result(rounds)).to.include({passed: false, seen})
    })
  }

  it('may take as much longer as the kernel took to /init, and the report says so', () => {
    expect(recoveryLimit('virt', 3)).to.equal(2)
    expect(busyNotes('virt', 3)).to.deep.equal([])
    expect(recoveryLimit('virt', 9)).to.equal(6)
    expect(busyNotes('virt', 9).join()).to.include('may take 6 s, not 2')
  })
})
