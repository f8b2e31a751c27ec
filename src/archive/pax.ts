import {BrmcError} from '../errors.js'

/** Keyword -> value of a pax extended header. Values stay bytes: an extended attribute is not text. */
export type PaxRecords = ReadonlyMap<string, Buffer>

const SPACE = 0x20
const EQUALS = 0x3d
const NEWLINE = Buffer.from('\n')

/** The body of an `x` or `g` header: `<length> <keyword>=<value>\n`, one after the other. */
export function decodePax(body: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>()
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const space = body.indexOf(SPACE, at)
    const length = Number.parseInt(body.toString('latin1', at, space), 10)
    const equals = body.indexOf(EQUALS, space)
    if (space === -1 || equals === -1 || !(length > 0) || at + length > body.length || equals >= at + length || space >= equals) throw new BrmcError('OVERLAY_INVALID', 'a pax header of the tar archive is damaged')
    records.set(body.toString('utf8', space + 1, equals), Buffer.from(body.subarray(equals + 1, at + length - 1)))
    at += length
  }

  return records
}

export function encodePax(records: PaxRecords): Buffer {
  return Buffer.concat(Array.from(records, ([keyword, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${keyword}=`), value, NEWLINE])
    return Buffer.concat([Buffer.from(String(lengthOfRecord(rest.length))), rest])
  }))
}

/** The length counts its own digits. */
function lengthOfRecord(rest: number): number {
  const guess = rest + String(rest).length
  return rest + String(guess).length
}
