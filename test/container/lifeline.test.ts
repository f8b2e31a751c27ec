import {expect} from 'chai'

import {lifelineScript} from '../../src/container/lifeline.js'
import {run} from '../../src/process/run.js'

// The container's shell and others that may be /bin/sh.
for (const shell of [['dash'], ['bash'], ['busybox', 'sh']] as const) {
  describe(`the lifeline, by ${shell.join(' ')}`, () => {
    const [file, ...first] = shell
    const script = (inputBytes?: number): string[] => [...first, '-c', lifelineScript({group: '-$$', inputBytes}), 'brmc']

    it('becomes the program, whose arguments and status are its own', async () => {
      const {stdout, exitCode} = await run(file, [...script(), 'sh', '-c', 'printf "%s|" "$@"; wc -c; exit 7', 'sh', 'a  b', '$c'], {holdInput: true, ownGroup: true, accept: [7]})
      expect([stdout.replace(/\s+$/, ''), exitCode]).to.deep.equal(['a  b|$c|0', 7])
    })

    it('hands over as much input as is the program’s', async () => {
      const input = 'line\n\u00E9'
      const {stdout} = await run(file, [...script(Buffer.byteLength(input)), 'cat'], {input, holdInput: true, ownGroup: true})
      expect(stdout).to.equal(input)
    })

    it('ends all when its input ends, as it does when brmc is killed', async () => {
      const begun = performance.now()
      const {exitCode, stdout} = await run('sh', ['-c', '"$@"; echo $?', 'sh', 'setsid', '--wait', file, ...script(), 'sh', '-c', 'sleep 60 & sleep 60'], {input: ''})
      expect([exitCode, stdout.trim()]).to.deep.equal([0, '143'])
      expect(performance.now() - begun).to.be.below(5000)
    })
  })
}
