import {BrmcError} from '../errors.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The machine's own network reaches what the machine reaches: VPNs, proxies on localhost, its name servers. It is given to downloads alone. */
const DEFAULT_NETWORK = 'host'
const PROXIES = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY']

/** The network of containers that may download, by the engine's name for it. Throws BrmcError USAGE. */
export function networkOf(environment: Environment): string {
  const name = environment['BRMC_CONTAINER_NETWORK'] ?? DEFAULT_NETWORK
  if (/^[a-zA-Z0-9][\w.:=,-]*$/.test(name)) return name
  throw new BrmcError('USAGE', `BRMC_CONTAINER_NETWORK: ${JSON.stringify(name)} is not the name of a network (host, bridge, or one that the engine lists: network ls)`)
}

export function proxiesOf(environment: Environment): Record<string, string> {
  return Object.fromEntries(PROXIES.flatMap(key => environment[key] === undefined ? [] : [[key, environment[key]]]))
}
