/** A row of a table of docs/claims.md: `| id | what is claimed | … | [name](../test/file) "how titles of its tests begin" |`. */
export interface Claim {
  id: string
  claim: string
  proofs: Proof[]
}

export interface Proof {
  /** Relative to the package. */
  file: string
  /** How the titles of its tests begin. */
  begins: string
}

const PROOF = /\[[^\]]+\]\(\.\.\/(test\/[^)]+)\) "([^"]+)"/g

/** The rows of the page that have a proof, in their order. */
export function claimsOf(page: string): Claim[] {
  return page.split('\n').filter(line => line.startsWith('|')).flatMap(line => {
    const [id = '', claim = ''] = line.split('|').slice(1).map(cell => cell.trim())
    const proofs = [...line.matchAll(PROOF)].map(([, file = '', begins = '']) => ({file, begins}))
    return proofs.length === 0 ? [] : [{id, claim, proofs}]
  })
}
