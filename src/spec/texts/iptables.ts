import type {OverlayText} from '../project-text.js'
import {rangesOf, type ChainPolicy, type Firewall, type FirewallRule} from './firewall.js'
import {shellCommands, type Word, type WordLine} from './words.js'

const HOOKS: Readonly<Record<string, NonNullable<FirewallRule['hook']>>> = {
  PREROUTING: 'prerouting', INPUT: 'input', FORWARD: 'forward', OUTPUT: 'output', POSTROUTING: 'postrouting',
}

const ACTIONS: Readonly<Record<string, FirewallRule['action']>> = {
  TTL: 'ttl', HL: 'ttl', MASQUERADE: 'masquerade', SNAT: 'snat', ACCEPT: 'accept', DROP: 'drop', REJECT: 'drop', NOTRACK: 'notrack',
}

const POLICIES: Readonly<Record<string, ChainPolicy['policy']>> = {ACCEPT: 'accept', DROP: 'drop'}

/** Options with a condition that routed multicast may not meet. */
const NARROW = new Set(['--state', '--ctstate', '--dport', '--sport', '--dports', '--sports', '--mark', '--mac-source'])

/** Rules of `iptables` commands in a script, and of a file in the form of iptables-save. */
export function parseIptables(text: OverlayText): Firewall {
  const rules: FirewallRule[] = []
  const policies: ChainPolicy[] = []
  let savedTable = 'filter'
  for (const command of shellCommands(text.text)) {
    const [first] = command.words
    if (!first) continue
    if (/^\*(filter|nat|mangle|raw)$/.test(first.text)) {
      savedTable = first.text.slice(1)
      continue
    }

    const family = /v6|6tables/.test(`${text.path} ${first.text}`) ? 6 : 4
    const saved = savedPolicy(command)
    if (saved && savedTable === 'filter') policies.push({tool: 'iptables', place: placeOf(text, command), families: [family], ...saved})
    const words = argumentsOf(command)
    if (!words) continue
    const table = valueOf(words, ['-t', '--table']) ?? savedTable
    const policy = setPolicy(words)
    if (policy && table === 'filter') policies.push({tool: 'iptables', place: placeOf(text, command), families: [family], ...policy})
    const rule = readRule(words, table)
    if (rule) rules.push({...rule, families: [family], place: placeOf(text, command)})
  }

  return {rules, policies}
}

const placeOf = ({file}: OverlayText, {line, words}: WordLine): FirewallRule['place'] => ({file, line, column: words[0]?.column ?? 1})

/** The words after `iptables` (with or without folder, sudo, -legacy, -nft), or a line of iptables-save. */
function argumentsOf({words}: WordLine): readonly Word[] | undefined {
  if (/^-[AI]$/.test(words[0]?.text ?? '')) return words
  const at = words.findIndex(({text}) => /(^|\/|[${])ip6?tables(-legacy|-nft)?\}?$/i.test(text))
  return at === -1 || at > 2 ? undefined : words.slice(at + 1)
}

/** `:FORWARD DROP [0:0]` */
function savedPolicy({words: [chain, policy]}: WordLine): Pick<ChainPolicy, 'hook' | 'policy'> | undefined {
  return chain?.text.startsWith(':') ? policyOf(chain.text.slice(1), policy?.text) : undefined
}

/** `-P FORWARD DROP` */
function setPolicy(words: readonly Word[]): Pick<ChainPolicy, 'hook' | 'policy'> | undefined {
  const at = words.findIndex(({text}) => text === '-P' || text === '--policy')
  return at === -1 ? undefined : policyOf(words[at + 1]?.text ?? '', words[at + 2]?.text)
}

function policyOf(chain: string, target = ''): Pick<ChainPolicy, 'hook' | 'policy'> | undefined {
  const hook = HOOKS[chain]
  const policy = POLICIES[target]
  return policy && (hook === 'input' || hook === 'forward' || hook === 'output') ? {hook, policy} : undefined
}

function readRule(words: readonly Word[], table: string): Omit<FirewallRule, 'place' | 'families'> | undefined {
  const chain = valueOf(words, ['-A', '--append', '-I', '--insert'])
  if (chain === undefined) return undefined
  const hook = HOOKS[chain]
  const destinationAt = words.findIndex(({text}) => text === '-d' || text === '--destination' || text === '--dst')
  const input = valueOf(words, ['-i', '--in-interface'])
  const output = valueOf(words, ['-o', '--out-interface'])
  const protocol = valueOf(words, ['-p', '--protocol'])
  return {
    tool: 'iptables',
    table,
    ...hook ? {hook} : {},
    action: words.some(({text}) => text === '--notrack') ? 'notrack' : ACTIONS[valueOf(words, ['-j', '--jump']) ?? ''] ?? 'other',
    ...input === undefined ? {} : {input},
    ...output === undefined ? {} : {output},
    ...destinationAt === -1 ? {} : {destination: {
      ranges: rangesOf((words[destinationAt + 1]?.text ?? '').split(',')),
      negated: words[destinationAt - 1]?.text === '!',
    }},
    narrow: words.some(({text}) => NARROW.has(text)) || protocol !== undefined && !['udp', 'all', '17', '0'].includes(protocol),
    port: words.some(({text}) => /^--(dports?|destination-ports?)(=|$)/.test(text)),
    multicastOnly: valueOf(words, ['--pkt-type']) === 'multicast',
  }
}

function valueOf(words: readonly Word[], options: readonly string[]): string | undefined {
  for (const [index, {text}] of words.entries()) {
    if (options.includes(text)) return words[index + 1]?.text
    const long = options.find(option => option.startsWith('--') && text.startsWith(`${option}=`))
    if (long !== undefined) return text.slice(long.length + 1)
  }

  return undefined
}
