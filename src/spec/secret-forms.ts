import {contains, parseAddress, parsePrefix, type Address} from '../network/address.js'

/** In shorter ones words of every text would be found. */
const MIN_LENGTH = 4

/** All the ways in which a secret is written by what brmc and its programs print: as it is, escaped, in hexadecimal, in base64 at any offset. */
export function secretForms(value: string): string[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  const json = JSON.stringify(value).slice(1, -1)
  const forms = [
    value, value.trim(), json, JSON.stringify(json).slice(1, -1), encodeURIComponent(value), encodeURIComponent(value).replaceAll('%20', '+'),
    hex, hex.toUpperCase(), ...[0, 1, 2].flatMap(offset => inBase64(bytes, offset)),
  ]
  return [...new Set(forms)].filter(form => form.length >= MIN_LENGTH || form === value && form !== '').sort((one, other) => other.length - one.length)
}

/** The letters of base64 that are the same whatever stands before and behind, with `offset` bytes before. */
function inBase64(bytes: Buffer, offset: number): string[] {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').replace(/=+$/, '')
  const inner = text.slice(Math.ceil(offset * 8 / 6), Math.floor((offset + bytes.length) * 8 / 6))
  return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
}

/** What may be an address, with or without its prefix length. */
const ADDRESS = /[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d+)?|\d+\.\d+\.\d+\.\d+(?:\/\d+)?/gi
/** Of an address so many bits tell where it is: what shares them may have been worked out from it, as the network or the first address of one. */
const TELLING_BITS = {4: 16, 6: 48} as const

/** A function that takes secrets out of texts; `secrets` maps names to values. */
export function hiding(secrets: ReadonlyMap<string, string>): (text: string) => string {
  const forms = [...secrets].flatMap(([name, value]) => secretForms(value).map(form => ({form, shown: `(secret ${name})`})))
    .sort((one, other) => other.form.length - one.form.length)
  const ranges = [...secrets].flatMap(([name, value]) => {
    const address = addressIn(value)
    return address ? [{range: {address, length: TELLING_BITS[address.family]}, shown: `(from secret ${name})`}] : []
  })
  return text => {
    const hidden = forms.reduce((before, {form, shown}) => form.length < MIN_LENGTH
      ? before.replace(new RegExp(`(?<![A-Za-z0-9])${form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![A-Za-z0-9])`, 'g'), () => shown)
      : before.replaceAll(form, () => shown), text)
    if (ranges.length === 0) return hidden
    return hidden.replace(ADDRESS, token => {
      const address = addressIn(token)
      return address && ranges.find(({range}) => contains(range, address))?.shown || token
    })
  }
}

const addressIn = (text: string): Address | undefined => parsePrefix(text)?.address ?? parseAddress(text)
