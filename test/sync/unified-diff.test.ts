import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'
import {unifiedDiff} from '../../src/sync/unified-diff.js'

const lines = (...numbers: number[]): string => numbers.map(number => `${number}\n`).join('')
const range = (from: number, to: number): number[] => Array.from({length: to - from + 1}, (_, index) => from + index)

/** A fixed sequence of texts that differ in many places: numbers of a linear congruential generator. */
function scrambled(seed: number, length: number): string {
  let state = seed
  return Array.from({length}, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return `line ${state % 17}\n`
  }).join('')
}

describe('unifiedDiff', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc diff-'))
  })
  after(() => rm(folder, {recursive: true, force: true}))

  const texts: [string, string, string][] = [
    ['one line changed', lines(...range(1, 9)), lines(1, 2, 3, 4, 55, 6, 7, 8, 9)],
    ['first and last line', lines(...range(1, 20)), lines(0, ...range(2, 19), 21)],
    ['two places far apart: two hunks', lines(...range(1, 40)), lines(...range(1, 4), ...range(6, 30), 300, ...range(31, 40))],
    ['two places whose context meets: one hunk', lines(...range(1, 20)), lines(...range(1, 4), ...range(6, 11), ...range(13, 20))],
    ['added at the start', lines(2, 3), lines(1, 2, 3)],
    ['removed at the end', lines(1, 2, 3), lines(1, 2)],
    ['a file made', '', lines(1, 2)],
    ['a file emptied', lines(1, 2), ''],
    ['line end at the end of the file lost', 'a\nb\n', 'a\nb'],
    ['line end at the end of the file gained', 'a\nb', 'a\nb\n'],
    ['no line end on both sides', 'a\nb', 'c\nb'],
    ['empty lines', 'a\n\n\nb\n', 'a\n\nb\n'],
    ['lines that look like a diff', '--- a\n+++ b\n@@ -1 +1 @@\n', '--- b\n+++ b\n-@@ -1 +1 @@\n'],
    ['many small edits', scrambled(1, 120), scrambled(2, 110)],
    ['everything', scrambled(3, 30), lines(...range(1, 30))],
  ]
  for (const [title, before, after] of texts) {
    it(`${title}: patch makes the one of the other, and no shorter way is known to diff`, async () => {
      const [one, other, patch] = [join(folder, 'one'), join(folder, 'other'), join(folder, 'patch')]
      const diff = unifiedDiff({from: 'a/x', to: 'b/x', before, after})
      await Promise.all([writeFile(one, before), writeFile(other, after), writeFile(patch, diff)])
      const judged = await run('diff', ['-u', '--minimal', one, other], {accept: [1]})
      expect(edits(diff)).to.equal(edits(judged.stdout))

      await run('patch', ['--quiet', '--no-backup-if-mismatch', '--fuzz=0', '--reject-file=-', one, patch])
      expect(await readFile(one, 'utf8').catch(() => '')).to.equal(after)
    })
  }

  it('writes the very text of diff -u where there is one way', async () => {
    const [one, other] = [join(folder, 'c'), join(folder, 'd')]
    const [before, after] = [lines(...range(1, 40)), lines(...range(1, 4), ...range(6, 30), 300, ...range(31, 40))]
    await Promise.all([writeFile(one, before), writeFile(other, after)])
    const judged = await run('diff', ['-u', '--label', 'a/x', '--label', 'b/x', one, other], {accept: [1]})
    expect(unifiedDiff({from: 'a/x', to: 'b/x', before, after})).to.equal(judged.stdout)
  })

  it('says nothing where nothing differs', () => {
    expect(unifiedDiff({from: 'a', to: 'b', before: 'x\ny', after: 'x\ny'})).to.equal('')
    expect(unifiedDiff({from: 'a', to: 'b', before: '', after: ''})).to.equal('')
  })
})

/** How many lines come and go. */
function edits(diff: string): number {
  return diff.split('\n').slice(2).filter(line => /^[-+]/.test(line)).length
}
