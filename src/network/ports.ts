/** `22` or `5000-5010` as first and last; undefined where it is neither. */
export function parsePorts(text: string): {first: number, last: number} | undefined {
  const [, first, last = first] = /^([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/.exec(text) ?? []
  const ports = {first: Number(first), last: Number(last)}
  return first !== undefined && ports.first <= ports.last && ports.last <= 65_535 ? ports : undefined
}
