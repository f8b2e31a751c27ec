import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, relative} from 'node:path'

import mocha from 'mocha'

// Prints as mocha's own `spec`, and keeps what became of each test, and of each hook that failed, in the file of --reporter-option output=…
export default class Recording extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const results = []
    const keep = (test, error) => results.push({
      file: relative(process.cwd(), test.file ?? process.cwd()), title: test.title, fullTitle: test.fullTitle(),
      passed: error === undefined, tries: 1, milliseconds: test.duration ?? 0,
      ...error !== undefined && {error: error?.message ?? String(error)},
    })
    runner.on('pass', test => keep(test))
    runner.on('fail', (test, error) => keep(test, error ?? 'no reason given'))
    runner.on('end', () => {
      const {output} = options.reporterOptions
      mkdirSync(dirname(output), {recursive: true})
      writeFileSync(output, `${JSON.stringify(results)}\n`)
    })
  }
}
