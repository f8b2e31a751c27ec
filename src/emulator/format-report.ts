import {RATIO_GOAL, type ExpectationResult, type Report} from './report.js'

const COLUMNS = 80

/** The report as text of at most 80 columns. */
export function formatReport(report: Report): string {
  const {expectations, timings} = report
  const met = expectations.filter(one => one.passed).length
  return [
    ...expectations.flatMap(formatResult),
    '',
    `QEMU ${report.machine}, deployment ${report.deployment}; seconds since it was switched on:`,
    `  kernel at /init ${seconds(timings.kernelAtInit)}   ready ${seconds(timings.guestReady)}${timings.firstForwarded === undefined ? '' : `   first forwarded packet ${seconds(timings.firstForwarded)}`}   all ${seconds(timings.total)}`,
    ...formatRatio(report),
    ...report.notes.flatMap(note => wrap(note, 'note: ')),
    '',
    report.passed ? `All ${expectations.length} expectations are met.` : `${expectations.length - met} of ${expectations.length} expectations are not met.`,
  ].join('\n')
}

const seconds = (value: number): string => value.toFixed(2)

function formatRatio({machine, timings: {ratio}}: Report): string[] {
  const goal = RATIO_GOAL[machine]
  if (ratio === undefined) return []
  return wrap(`power-on to the first forwarded packet: ${ratio.toFixed(2)} × what the kernel takes to /init${goal === undefined ? '' : ` (goal: at most ${goal.toFixed(1)} ×)`}`, '  ')
}

function formatResult({passed, title, expected, seen, likelyCause, attempts, measured}: ExpectationResult): string[] {
  const more = [...passed && attempts > 1 ? [`at try ${attempts}`] : [], ...passed && measured !== undefined ? [measured] : []]
  return [
    ...wrap(`${title}${more.length > 0 ? ` (${more.join('; ')})` : ''}`, passed ? '✔ ' : '✖ '),
    ...passed ? [] : [
      ...wrap(expected, '    expected: '),
      ...wrap(seen, '    seen:     '),
      ...likelyCause === undefined ? [] : wrap(likelyCause, '    cause:    '),
    ],
  ]
}

/** Words on lines of at most 80 columns; the first begins with `head`, the others are indented as far. */
function wrap(text: string, head: string): string[] {
  const indent = ' '.repeat(head.length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && head.length + longer.length > COLUMNS) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }

  return [...lines, line].map((one, index) => `${index === 0 ? head : indent}${one}`)
}
