import type {Family} from '../../network/address.js'
import type {Place} from '../finding.js'
import type {OverlayText} from '../project-text.js'
import {rangesOf, type ChainPolicy, type Firewall, type FirewallRule} from './firewall.js'

interface Chain {
  type: string
  hook?: FirewallRule['hook']
  families: readonly Family[]
}

/** Rules of a file in the form of `nft list ruleset`: tables, chains, one rule a line. What is added by command is not seen. */
export function parseNftables({text, file}: OverlayText): Firewall {
  const rules: FirewallRule[] = []
  const policies: ChainPolicy[] = []
  const blocks: ({kind: 'table', families: readonly Family[]} | {kind: 'chain', chain: Chain} | {kind: 'other'})[] = []
  for (const {statement, line, column, opens, closes} of statementsOf(text)) {
    const place: Place = {file, line, column}
    const top = blocks.at(-1)
    const opened = opens ? openedBlock(statement, top?.kind === 'table' ? top.families : []) : undefined
    if (opened) {
      blocks.push(opened)
    } else if (top?.kind === 'chain' && statement !== '') {
      const base = /^type\s+(\w+)\s+hook\s+(\w+)/.exec(statement)
      const policy = /\bpolicy\s+(accept|drop)\b/.exec(statement)
      if (base) Object.assign(top.chain, {type: base[1], hook: base[2]})
      if (policy && (top.chain.hook === 'input' || top.chain.hook === 'forward' || top.chain.hook === 'output')) {
        policies.push({tool: 'nft', place, hook: top.chain.hook, policy: policy[1] === 'drop' ? 'drop' : 'accept', families: top.chain.families})
      }

      if (!base && !statement.startsWith('policy')) rules.push({...readRule(statement, top.chain), place})
    }

    for (let left = closes; left > 0; left -= 1) blocks.pop()
  }

  return {rules, policies}
}

interface Statement {
  statement: string
  line: number
  column: number
  /** Does a block start behind it? */
  opens: boolean
  /** How many blocks end behind it. */
  closes: number
}

/** Parts a file at line ends, `;` and the braces of blocks; the braces of a set within a rule stay in it. */
function statementsOf(text: string): Statement[] {
  return text.split(/\r?\n/).flatMap((source, index) => {
    const code = source.replace(/"[^"]*"|#.*$/g, match => match.startsWith('#') ? '' : match)
    const pieces: Statement[] = []
    // A block's brace ends its line or is followed by more of the block; a set's is closed before the statement ends.
    for (const match of code.matchAll(/((?:[^;{}]|\{[^{}]*\}(?=\s*[^\s;}]))*)([;{}]|$)/g)) {
      const [, body = '', end] = match
      const statement = body.trim()
      if (statement === '' && end === '') continue
      const column = match.index + 1 + body.length - body.trimStart().length
      pieces.push({statement, line: index + 1, column, opens: end === '{', closes: end === '}' ? 1 : 0})
    }

    return pieces
  })
}

const FAMILIES: Readonly<Record<string, readonly Family[]>> = {ip: [4], ip6: [6], inet: [4, 6]}

function openedBlock(statement: string, families: readonly Family[]): {kind: 'table', families: readonly Family[]} | {kind: 'chain', chain: Chain} | {kind: 'other'} {
  const table = /^(?:add\s+)?table\s+(?:(ip|ip6|inet|arp|bridge|netdev)\s+)?\S+$/.exec(statement)
  if (table) return {kind: 'table', families: FAMILIES[table[1] ?? 'ip'] ?? []}
  return /^chain\s+\S+$/.test(statement) ? {kind: 'chain', chain: {type: 'filter', families}} : {kind: 'other'}
}

function readRule(statement: string, {type, hook, families}: Chain): Omit<FirewallRule, 'place'> {
  const input = interfaceOf(statement, 'iif')
  const output = interfaceOf(statement, 'oif')
  const destination = /\bip6?\s+daddr\s+(!=\s*)?(?!set\b)(\{[^}]*\}|\S+)/.exec(statement)
  return {
    tool: 'nft',
    table: type,
    families: /\bip6\s/.test(statement) ? [6] : /\bip\s/.test(statement) ? [4] : families,
    ...hook ? {hook} : {},
    action: actionOf(statement),
    ...input === undefined ? {} : {input},
    ...output === undefined ? {} : {output},
    ...destination ? {destination: {ranges: rangesOf((destination[2] ?? '').replace(/[{}\s]/g, '').split(',')), negated: destination[1] !== undefined}} : {},
    narrow: /\bct\s+(state|mark)\b|\b(dport|sport)\b|\bmeta mark\b|\btcp\b|\bicmp/.test(statement),
    port: /\bdport\b/.test(statement),
    multicastOnly: /\bpkttype\s+multicast\b/.test(statement),
  }
}

function interfaceOf(statement: string, key: 'iif' | 'oif'): string | undefined {
  return new RegExp(`\\b${key}(?:name)?\\s+"?([\\w.+*-]+)"?`).exec(statement)?.[1]
}

function actionOf(statement: string): FirewallRule['action'] {
  if (/\bip\s+ttl\s+set\b|\bip6\s+hoplimit\s+set\b/.test(statement)) return 'ttl'
  if (/\bip6?\s+saddr\s+set\b/.test(statement)) return 'saddr'
  if (/\bnotrack\b/.test(statement)) return 'notrack'
  if (/\bmasquerade\b/.test(statement)) return 'masquerade'
  if (/\bsnat\b/.test(statement)) return 'snat'
  if (/\baccept\b/.test(statement)) return 'accept'
  return /\b(drop|reject)\b/.test(statement) ? 'drop' : 'other'
}
