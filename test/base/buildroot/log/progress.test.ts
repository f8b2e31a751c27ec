import {expect} from 'chai'

import {BuildLog} from '../../../../src/base/buildroot/log/build-log.js'
import {planOf} from '../../../../src/base/buildroot/log/build-plan.js'
import {NO_DURATIONS, parseBuildTime, type Durations} from '../../../../src/base/buildroot/log/durations.js'
import {progressOf, type BuildPlan} from '../../../../src/base/buildroot/log/progress.js'
import {logOf, recorded} from './read-recorded.js'

const showInfo = {
  'host-kmod': {type: 'host', name: 'kmod', dependencies: ['host-skeleton']},
  'host-skeleton': {type: 'host', dependencies: []},
  'libmnl': {type: 'target', install_target: true, install_staging: true, install_images: false, dependencies: ['toolchain']},
  'linux': {type: 'target', install_target: true, install_staging: false, install_images: true, dependencies: ['host-kmod', 'toolchain'], version: '6.12.61'},
  'toolchain': {type: 'target', virtual: true, install_target: true, install_staging: true, install_images: false, dependencies: []},
  'rootfs-tar': {type: 'rootfs', image_name: 'rootfs.tar'},
}

const learnt: Durations = {
  version: 1,
  durations: {'host-kmod': {configure: 10, build: 20, 'install-host': 2}, 'linux': {build: 400, 'install-image': 1, 'install-target': 9}, 'libmnl': {build: 8}},
  speed: 2,
}

const plan = (more: Partial<BuildPlan> = {}): BuildPlan => ({packages: planOf(showInfo), built: new Set(), learnt: NO_DURATIONS, ...more})
const bold = (text: string): string => `\u001B[7m>>> ${text}\u001B[27m`

/** What is seen after each message. */
const story: [string, number, string | undefined][] = [
  ['host-skeleton  Installing to host directory', 0, 'host-skeleton Installing to host directory'],
  ['linux 6.12.61 Extracting', 1, 'linux Extracting'],
  ['linux 6.12.61 Patching', 1, 'linux Patching'],
  ['host-kmod 33 Configuring', 1, 'host-kmod Configuring'],
  ['toolchain  Installing to staging directory', 1, 'toolchain Installing to staging directory'],
  ['host-kmod 33 Building', 1, 'host-kmod Building'],
  ['toolchain  Fixing libtool files', 1, 'toolchain Installing to staging directory'],
  ['host-kmod 33 Installing to host directory', 1, 'host-kmod Installing to host directory'],
  ['toolchain  Installing to target', 2, 'toolchain Installing to target'],
  ['host-kmod 33 Fixing something', 3, undefined],
  ['linux 6.12.61 Configuring', 3, 'linux Configuring'],
  ['linux 6.12.61 Building', 3, 'linux Building'],
  ['libmnl 1.0.5 Installing to staging directory', 3, 'libmnl Installing to staging directory'],
  ['linux 6.12.61 Installing to images directory', 3, 'linux Installing to images directory'],
  ['libmnl 1.0.5 Installing to target', 3, 'libmnl Installing to target'],
  ['linux 6.12.61 Installing to target', 4, 'linux Installing to target'],
  ['  Finalizing host directory', 5, 'Finalizing host directory'],
  ['  Finalizing target directory', 5, 'Finalizing target directory'],
  ['  Generating filesystem image rootfs.tar', 5, 'Generating filesystem image rootfs.tar'],
]

describe('base/buildroot/log/progress', () => {
  it('plans packages with the steps they end with, and no images', () => {
    expect(planOf(showInfo).map(({name, installs}) => [name, ...installs])).to.deep.equal([
      ['host-kmod', 'install-host'], ['host-skeleton', 'install-host'], ['libmnl', 'install-staging', 'install-target'],
      ['linux', 'install-image', 'install-target'], ['toolchain', 'install-staging', 'install-target'],
    ])
    expect(() => planOf([])).to.throw()
  })

  it('follows packages whose messages are mixed', () => {
    const log = new BuildLog()
    const seen = story.map(([message]) => {
      log.read(bold(message))
      const {done, current} = progressOf(log, plan(), 0)
      return [message, done, current]
    })
    expect(seen).to.deep.equal(story)
  })

  it('goes up from nothing to all in a whole build, and never down', () => {
    const log = new BuildLog()
    const whole = plan({packages: planOf(JSON.parse(recorded('whole-build', 'json'))), built: new Set(['host-patchelf'])})
    const seen = recorded('whole-build').split('\n').map(line => {
      log.read(line)
      return progressOf(log, whole, 0).done
    })
    expect(seen).to.deep.equal(seen.toSorted((a, b) => a - b))
    expect([seen[0], Math.max(...seen), whole.packages.length]).to.deep.equal([1, 12, 12])
    expect(new Set(seen).size).to.equal(12)
    expect([...log.packages.keys()].filter(name => !whole.packages.some(one => one.name === name))).to.deep.equal([])
  })

  it('estimates a whole build from the times of the one before', () => {
    const learnt = parseBuildTime(recorded('whole-build-time', 'txt'))
    const whole = plan({packages: planOf(JSON.parse(recorded('whole-build', 'json'))), built: new Set(['host-patchelf']), learnt})
    const clock = recorded('whole-build-time', 'txt').trim().split('\n').map(line => Number(line.split(':')[0]))
    expect(progressOf(new BuildLog(), whole, 0).remainingSeconds).to.be.closeTo(Math.max(...clock) - Math.min(...clock), 5)
  })

  it('lets no noise of make, and no words of a package, pass for a message', () => {
    const log = logOf("make[2]: Entering directory '/output/build/linux-6.12.61'\n  CC      kernel/fork.o\n>>>\n>>> \necho '>>> x 1 Building'\n")
    expect([log.messages, log.packages.size]).to.deep.equal([0, 0])
  })

  it('begins with the packages that were built before', () => {
    expect(progressOf(logOf(''), plan({built: new Set(['toolchain', 'host-skeleton', 'gone-since'])}), 3)).to.deep.equal({
      done: 2, total: 5, current: undefined, running: [], elapsedSeconds: 3, remainingSeconds: undefined,
    })
  })

  it('names a package that waits only while it is the latest to speak', () => {
    const log = logOf([bold('linux 6.12.61 Patching'), bold('host-kmod 33 Building')].join('\n'))
    expect(progressOf(log, plan(), 0).running).to.deep.equal(['host-kmod Building'])
  })

  const estimates: [string, string[], string[], number | undefined][] = [
    // Known: host-kmod 32, libmnl 8, linux 410; the mean 150 stands for the other two; two at a time.
    ['at the start', [], [], 410],
    ['where nothing is alone the longest', [], ['linux'], Math.round(20 * 4 / 2)],
    ['in the midst of the longest', ['linux 6.12.61 Building'], ['host-kmod', 'host-skeleton', 'toolchain', 'libmnl'], 210],
    ['in its last step', ['linux 6.12.61 Installing to images directory'], ['host-kmod', 'host-skeleton', 'toolchain', 'libmnl'], 10],
    ['at the end', [], ['linux', 'host-kmod', 'host-skeleton', 'toolchain', 'libmnl'], 0],
    ['where too little is known', [], ['linux', 'libmnl'], undefined],
  ]
  for (const [when, messages, built, seconds] of estimates) {
    it(`estimates what remains ${when}`, () => {
      expect(progressOf(logOf(messages.map(bold).join('\n')), plan({built: new Set(built), learnt}), 0).remainingSeconds).to.equal(seconds)
    })
  }

  it('estimates nothing where nothing was learnt', () => {
    expect(progressOf(logOf(bold('linux 6.12.61 Building')), plan(), 60).remainingSeconds).to.equal(undefined)
  })

  it('keeps what it holds small however long a log is', () => {
    const log = new BuildLog()
    for (let index = 0; index < 20_000; index++) {
      log.read(`foo.c:${index}:1: error: expected ';'`)
      log.read(`make[1]: *** [Makefile:1: x${index}] Error 1`)
      log.read('No space left on device')
    }

    expect(log.evidence.length).to.be.below(2000)
    expect(log.stops.length).to.be.below(100)
    expect([...log.hits.values()].flat().length).to.be.below(20)
  })
})
