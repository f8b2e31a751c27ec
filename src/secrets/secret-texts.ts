import {isMap, isScalar, LineCounter, parseDocument} from 'yaml'

import type {Finding} from '../spec/finding.js'

/** The names and values of a file of secrets: a YAML map of texts, whatever they look like (12345678 is a text too). No value is quoted in a finding. */
export function secretTexts(text: string, file: string): {values: Map<string, string>, findings: Finding[]} {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {schema: 'failsafe', lineCounter, prettyErrors: false, logLevel: 'silent'})
  const values = new Map<string, string>()
  const findings: Finding[] = []
  const complain = (offset: number, message: string): void => {
    const {line, col} = lineCounter.linePos(offset)
    findings.push({rule: 'N152', severity: 'error', file, line: Math.max(1, line), column: Math.max(1, col), path: [], message, fix: "write name: value, one a line; a value with odd characters in it in quotes: '…'"})
  }

  const [problem] = document.errors
  if (problem) complain(problem.pos[0], 'this is not well-formed YAML')
  else if (isMap(document.contents)) {
    for (const {key, value} of document.contents.items) {
      if (isScalar(key) && isScalar(value) && typeof value.value === 'string') values.set(String(key.value), value.value)
      else complain(isScalar(key) ? key.range[0] : 0, 'the value of a secret is one text')
    }
  } else if (document.contents !== null) {
    complain(0, 'secrets are a map of names and values')
  }

  return {values, findings}
}
