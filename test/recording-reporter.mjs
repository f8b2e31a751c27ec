import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, relative} from 'node:path'

import mocha from 'mocha'

// Prints as mocha's own `spec`, and keeps what became of each test in the file of --reporter-option output=…
// With --retries, mocha says nothing of a test that failed first: here it is named at the end, with its error.
export default class Recording extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const results = []
    const failedFirst = []
    const keep = passed => test => results.push({
      file: relative(process.cwd(), test.file ?? ''), title: test.title, passed, tries: (test.currentRetry?.() ?? 0) + 1, milliseconds: test.duration ?? 0,
    })
    runner.on('pass', keep(true))
    runner.on('fail', keep(false))
    runner.on('retry', (test, error) => failedFirst.push(`  ${test.fullTitle()}\n    ${error?.message ?? String(error)}`))
    runner.on('end', () => {
      const {output} = options.reporterOptions
      mkdirSync(dirname(output), {recursive: true})
      writeFileSync(output, `${JSON.stringify(results)}\n`)
      if (failedFirst.length > 0) console.log(`${failedFirst.length} ${failedFirst.length === 1 ? 'test was' : 'tests were'} run again, after:\n${failedFirst.join('\n')}\n`)
    })
  }
}
