import {BrmcError} from '../errors.js'

const LINE = /^(?:BR2_\w+=(?:[ym]|-?\d+|0x[0-9a-fA-F]+|"(?:[^"\\\n]|\\.)*")|# BR2_\w+ is not set)$/

/**
 * The option lines of user.defconfig, comments left out, ready to stand at the end of a defconfig.
 * Kconfig skips a line it cannot read without a word, so such a line is an error here.
 * @throws BrmcError SPEC_INVALID with every bad line and its number
 */
export function userDefconfigLines(text: string): string {
  const lines = text.split('\n').map((line, index) => ({line: line.trim(), number: index + 1}))
  const wanted = lines.filter(({line}) => line !== '' && (!line.startsWith('#') || LINE.test(line)))
  const bad = wanted.filter(({line}) => !LINE.test(line))
  if (bad.length > 0) {
    throw new BrmcError('SPEC_INVALID', 'br2-external/user.defconfig has lines that Buildroot would skip without a word', {
      details: bad.map(({line, number}) => `line ${number}: ${line}`),
      suggestions: ['write options as BR2_NAME=y, BR2_NAME="text", BR2_NAME=12 or # BR2_NAME is not set, one a line'],
    })
  }
  return wanted.map(({line}) => line).join('\n')
}
