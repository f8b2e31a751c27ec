import {execFileSync} from 'node:child_process'

import {expect} from 'chai'

import {parseCsv, type Cell} from '../../../src/spec/inventory/csv.js'

const PYTHON = `
import csv, json, sys
text = sys.stdin.read()
rows = list(csv.reader(text.splitlines(keepends=True), delimiter=sys.argv[1], strict=True))
print(json.dumps([row for row in rows if any(cell != '' for cell in row)]))
`

function rowsOf(text: string): Cell[][] {
  const {table, problem} = parseCsv(text)
  if (problem) throw new Error(problem.message)
  return [table.row(0), ...table.mapBody(cells => [cells])]
}

describe('a CSV file', () => {
  const cases: Readonly<Record<string, [text: string, separator: string]>> = {
    'plain': ['site,a\nlisbon,1\nporto,2\n', ','],
    'no line end at the end': ['site,a\nlisbon,1', ','],
    'an empty cell at the end of a line': ['site,a,b\nlisbon,,\n', ','],
    'semicolons, as where the comma is in numbers': ['site;a\nlisbon;1,5\n', ';'],
    'tabulators': ['site\ta b\nlisbon\t1;2\n', '\t'],
    'lines of Windows': ['site,a\r\nlisbon,1\r\n', ','],
    'quotes': ['site,a\nlisbon,"a, b ""c"" ; d"\n', ','],
    'an empty quoted cell': ['site,a,b\nlisbon,"",x\n', ','],
    'a line end in quotes': ['site,a\nlisbon,"one\ntwo"\nporto,2\n', ','],
    'empty lines': ['site,a\n\nlisbon,1\n\n\n', ','],
    'a quote inside a cell without quotes': ['site,a\nlisbon,5" wide\n', ','],
    'letters of all kinds': ['site,a\nlisbon,Café ☕ 𝔘\n', ','],
  }
  for (const [name, [text, separator]] of Object.entries(cases)) {
    it(`is read as Python's csv module reads it: ${name}`, () => {
      const expected = JSON.parse(execFileSync('/usr/bin/python3', ['-c', PYTHON, separator], {input: text, encoding: 'utf8'})) as string[][]
      expect(rowsOf(text).map(row => row.map(cell => cell.text))).to.deep.equal(expected)
    })
  }

  it('knows where each cell stands, after cells of several lines too', () => {
    const text = '\uFEFFsite,a,b\r\nlisbon,"one\r\ntwo",x\nporto , 2,3\n'
    expect(rowsOf(text).flat().map(({text: cell, line, column}) => [cell, line, column])).to.deep.equal([
      ['site', 1, 1], ['a', 1, 6], ['b', 1, 8],
      ['lisbon', 2, 1], ['one\r\ntwo', 2, 8], ['x', 3, 6],
      ['porto', 4, 1], ['2', 4, 8], ['3', 4, 11],
    ])
  })

  it('is separated by what its first line tells Excel, which is no row', () => {
    expect(rowsOf('\uFEFFsep=;\r\nsite;a,b,c,d\r\nlisbon;"1;2"\r\n').map(row => row.map(({text, line, column}) => [text, line, column]))).to.deep.equal([
      [['site', 2, 1], ['a,b,c,d', 2, 6]], [['lisbon', 3, 1], ['1;2', 3, 8]],
    ])
    expect(rowsOf('sep=,\nsite,a;b;c\n').flat().map(({text}) => text)).to.deep.equal(['site', 'a;b;c'])
    expect(rowsOf('sep=x,site\nlisbon,1\n')[0]?.map(({text}) => text)).to.deep.equal(['sep=x', 'site'])
  })

  const broken: Readonly<Record<string, [text: string, line: number, column: number]>> = {
    'a quote that is never closed': ['site,a\nlisbon,"one\nporto,2\n', 2, 8],
    'text behind a closing quote': ['site,a\nlisbon,"one" two\n', 2, 13],
  }
  for (const [name, [text, line, column]] of Object.entries(broken)) {
    it(`is refused with its place: ${name}`, () => { expect(parseCsv(text).problem).to.include({line, column}) })
  }
})
