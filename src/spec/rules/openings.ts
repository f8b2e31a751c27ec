import type {Problem, Rule} from './rule.js'

/** The interfaces of an opening exist, and it says something the firewall does not let in anyway. */
export const openingsComeFromOutside: Rule = {
  id: 'N70',
  name: 'openingsComeFromOutside',
  severity: 'error',
  check: ({deployment: {firewall: {upstream, open}, interfaces}}) => open.flatMap(({from, to}, index): Problem[] => {
    const path = ['firewall', 'open', index]
    const source = interfaces.find(({name}) => name === from)
    if (!source) return [{path: [...path, 'from'], message: `there is no interface ${from}`, fix: `write one of ${interfaces.map(({name}) => name).join(', ')}`}]
    if (to !== undefined && !interfaces.some(({name}) => name === to)) return [{path: [...path, 'to'], message: `there is no interface ${to}`, fix: `write one of ${interfaces.map(({name}) => name).join(', ')}`}]
    if (to === from) return [{path: [...path, 'to'], message: `what comes from ${from} cannot go into the network it comes from`, fix: 'write the interface of the other network, or leave `to` out for the router itself'}]
    if (source.role === 'upstream' && upstream === 'deny') return []
    return [{
      path,
      severity: 'warning',
      message: source.role === 'upstream' ? 'with firewall.upstream: allow everything is let in, and this says nothing' : `${from} is downstream, from which everything is let in anyway`,
      fix: source.role === 'upstream' ? 'leave one of the two out' : 'leave it out',
    }]
  }),
}

const NFTABLES_CONF = 'etc/nftables.conf'

/** An overlay's rules are not brmc's: with them goes the firewall, unless they are one. */
export const overlayKeepsFirewall: Rule = {
  id: 'N71',
  name: 'overlayKeepsFirewall',
  severity: 'warning',
  check: ({deployment: {firewall, interfaces}, texts}) => {
    const conf = texts.find(({path}) => path === NFTABLES_CONF)
    if (!conf || firewall.upstream === 'allow' || !interfaces.some(({role}) => role === 'upstream') || /\bchain firewall_input\b/.test(conf.text)) return []
    return [{
      place: {file: conf.file, line: 1, column: 1},
      message: "this takes the place of brmc's nftables.conf, and with it of the firewall towards the upstream (and of lifted TTLs and NAT)",
      fix: 'put tables of your own in another file that a script of the overlay loads, or write firewall: {upstream: allow}, so that nobody counts on it',
    }]
  },
}

/** A packet has to be accepted by every base chain it meets: an overlay's accept opens nothing that brmc's own chains drop. */
export const overlayAcceptsAreOpened: Rule = {
  id: 'N72',
  name: 'overlayAcceptsAreOpened',
  severity: 'warning',
  check: ({deployment: {firewall: {upstream, open}, interfaces}, firewall: {rules}, texts}) => {
    if (upstream === 'allow' || open.length > 0 || texts.some(({path}) => path === NFTABLES_CONF)) return []
    const inside = interfaces.filter(({role}) => role === 'downstream').map(({name}) => name)
    return rules.filter(({action, hook, input, port}) => action === 'accept' && (hook === 'input' || hook === 'forward') && port && !inside.includes(input ?? '')).map(({place}) => ({
      place,
      message: 'this accepts a port, and what comes from upstream the firewall of brmc drops all the same: both have to accept',
      fix: 'write it in firewall.open too, or firewall: {upstream: allow} where the rules of the overlay are the firewall',
    }))
  },
}
