import {readdirSync, readFileSync} from 'node:fs'

import {expect} from 'chai'

const FOLDER = 'overlays/router/etc/init.d'

/** What Buildroot's utils/check-package asks of a start script (checkpackagelib/lib_sysv.py, Variables), which CI has no Buildroot to run. */
describe('start scripts of the router', () => {
  for (const name of readdirSync(FOLDER).filter(one => /^S\d\d/.test(one))) {
    it(`${name} is called by the daemon that it starts, or says in its last line why not`, () => {
      const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
      const daemons = [...text.matchAll(/^DAEMON=["']?([^"'\n]*)["']?/gm)].map(([, daemon]) => daemon)
      const isExcused = /^# check-package Variables: \S/.test(text.trimEnd().split('\n').at(-1) ?? '')
      expect(daemons).to.deep.equal(isExcused ? [] : [name.slice('S00'.length)])
    })
  }
})
