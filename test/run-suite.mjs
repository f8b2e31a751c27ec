import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {parseArgs} from 'node:util'

// node test/run-suite.mjs OUTPUT [--grep TEXT] --spec PATTERN…
//
// Runs mocha, and keeps in OUTPUT what became of each test (test/recording-reporter.mjs). Tests that boot routers and wait for packets can fail for
// what the machine does beside them, so the files of the few that failed are run once more, whole: routers are booted anew, and what failed before
// the first test counts too. Who passed in the second run alone is named at the end with the first error, and has `tries: 2` in OUTPUT.
// Ends with 1 where a test failed twice, or where so many files failed that it cannot be chance.
const MAX_FILES = 3

const {values: {spec = [], grep}, positionals: [output]} = parseArgs({allowPositionals: true, options: {spec: {type: 'string', multiple: true}, grep: {type: 'string'}}})

function mocha(specs) {
  rmSync(output, {force: true})
  const filter = grep === undefined ? [] : ['--grep', grep]
  const {status} = spawnSync('npx', ['mocha', '--reporter', 'test/recording-reporter.mjs', '--reporter-option', `output=${output}`, ...filter, ...specs.flatMap(one => ['--spec', one])], {stdio: 'inherit'})
  return status === 0
}

// Without results mocha itself failed, and has said why.
function results() {
  if (!existsSync(output)) process.exit(1)
  return JSON.parse(readFileSync(output, 'utf8'))
}

if (!mocha(spec)) {
  const first = results()
  const failed = first.filter(({passed}) => !passed)
  const files = [...new Set(failed.map(({file}) => file))]
  if (files.length === 0 || files.length > MAX_FILES || files.includes('')) process.exit(1)
  console.log(`\nOnce more: ${files.join(', ')}\n`)
  const passed = mocha(files)
  writeFileSync(output, `${JSON.stringify([...first.filter(({file}) => !files.includes(file)), ...results().map(result => ({...result, tries: 2}))])}\n`)
  console.log(`Failed in the first run:\n${failed.map(({file, fullTitle, error}) => `  ${file}: ${fullTitle}\n    ${error}`).join('\n')}\n`)
  process.exitCode = passed ? 0 : 1
}
