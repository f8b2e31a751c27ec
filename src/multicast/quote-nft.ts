/**
 * A name as an nft string. nft has no escape inside quotes, takes a final * as a wildcard and expands $name only outside of them.
 * @throws RangeError for what cannot be said
 */
export function quoteNft(name: string): string {
  if (!/^[^"\\\p{Cc}]*[^"\\*\p{Cc}]$/u.test(name)) throw new RangeError(`${JSON.stringify(name)} cannot be written as an nft string`)
  return `"${name}"`
}
