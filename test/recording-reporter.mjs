import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, relative} from 'node:path'

import mocha from 'mocha'

// Prints as mocha's own `spec`, and keeps what became of each test in the file of --reporter-option output=…
export default class Recording extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const results = []
    const keep = passed => test => results.push({file: relative(process.cwd(), test.file ?? ''), title: test.title, passed, milliseconds: test.duration ?? 0})
    runner.on('pass', keep(true))
    runner.on('fail', keep(false))
    runner.on('end', () => {
      const {output} = options.reporterOptions
      mkdirSync(dirname(output), {recursive: true})
      writeFileSync(output, `${JSON.stringify(results)}\n`)
    })
  }
}
