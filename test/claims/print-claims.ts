import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {claimsOf, type Claim} from './claims-of.js'

/**
 * Prints what became of each claim of docs/claims.md, and ends with 1 where one is not proven:
 *
 *   npm run test:claims                         runs the tests that the page names, and no others
 *   npm run test:claims -- --recorded FOLDER    takes what the suites kept there, and names their failures last: with 1 it ends for each of them
 */
const {values} = parseArgs({options: {recorded: {type: 'string'}}})
const OUTPUT = 'build/tests/claims/claims.json'
const COLUMNS = 100
const SUITES = ['unit', 'integration', 'e2e']

interface Result {
  file: string
  title: string
  fullTitle: string
  passed: boolean
  error?: string
  /** 2 where its file was run again, because one of its tests had failed. */
  tries: number
  milliseconds: number
}

const claims = claimsOf(readFileSync('docs/claims.md', 'utf8'))
const proofs = claims.flatMap(claim => claim.proofs)
const results = values.recorded === undefined ? runNamed() : SUITES.flatMap(suite => readResults(join(values.recorded ?? '', `${suite}.json`)))

function runNamed(): Result[] {
  const grep = [...new Set(proofs.map(({begins}) => begins))].map(begins => begins.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|')
  const specs = [...new Set(proofs.map(({file}) => file))].flatMap(file => ['--spec', file])
  spawnSync('node', ['test/run-suite.mjs', OUTPUT, '--grep', grep, ...specs], {stdio: 'inherit'})
  return readResults(OUTPUT)
}

function readResults(file: string): Result[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Result[]
}

function judge({proofs: named}: Claim): {mark: string, tests: number, again: number, seconds: number, missing: string[]} {
  const found = named.map(({file, begins}) => ({begins, tests: results.filter(result => result.file === file && result.title.startsWith(begins))}))
  const tests = found.flatMap(one => one.tests)
  const missing = found.filter(one => one.tests.length === 0).map(({begins}) => begins)
  return {
    mark: missing.length > 0 ? '?' : tests.every(({passed}) => passed) ? '✔' : '✖',
    tests: tests.length,
    again: tests.filter(({tries}) => tries > 1).length,
    seconds: tests.reduce((sum, {milliseconds}) => sum + milliseconds, 0) / 1000,
    missing,
  }
}

const judged = claims.map(claim => ({claim, ...judge(claim)}))
const plain = (text: string): string => text.replaceAll(/[`*]/g, '').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
const cut = (text: string, width: number): string => text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
for (const {claim: {id, claim}, mark, tests, again, seconds, missing} of judged) {
  console.log(`${mark} ${id.padEnd(4)} ${cut(plain(claim), COLUMNS - 30)} ${String(tests).padStart(3)} ${tests === 1 ? 'test ' : 'tests'} ${seconds.toFixed(1).padStart(6)} s${again > 0 ? `, ${again} run again` : ''}`)
  for (const begins of missing) console.log(`       no test was run whose title begins with: ${begins}`)
}

const proven = judged.filter(({mark}) => mark === '✔').length
console.log(`\n${proven} of ${judged.length} claims are proven.`)
const failed = results.filter(({passed}) => !passed)
for (const {file, fullTitle, error} of failed) console.log(`✖ ${file}: ${fullTitle}\n    ${error}`)
process.exitCode = proven === judged.length && failed.length === 0 ? 0 : 1
