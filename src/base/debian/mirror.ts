/** What `apt-get indextargets --format` is asked for: a line for each index that the machine's apt knows. */
export const INDEX_TARGET_FORMAT = '$(CREATED_BY)|$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)'

interface Target {
  createdBy: string
  origin: string
  label: string
  component: string
  release: string
  uri: string
}

/** From best to last resort. Whatever is chosen, only what Debian's keys have signed is used. */
const PREFERENCES: readonly ((target: Target) => boolean)[] = [
  // The security archive has another label; updates and backports have a release with a hyphen.
  ({origin, label, release}) => origin === 'Debian' && label === 'Debian' && !release.includes('-'),
  ({origin, label}) => origin === 'Debian' && label === 'Debian',
  // Where `apt-get update` never ran (a fresh container), apt knows no origin yet.
  ({origin, release, uri}) => origin === '' && !release.includes('-') && /\/debian$/.test(uri),
]

/** The mirror of the main Debian archive among the lines that apt prints for INDEX_TARGET_FORMAT, without a slash at its end; undefined if there is none. */
export function mirrorAmong(output: string): string | undefined {
  const targets = output.split('\n').map(parseTarget).filter(({createdBy, component, uri}) => createdBy === 'Packages' && component === 'main' && /^(https?|file|mirror\+file|tor\+https?):/.test(uri))
  for (const preferred of PREFERENCES) {
    const target = targets.find(preferred)
    if (target) return target.uri
  }

  return undefined
}

function parseTarget(line: string): Target {
  const [createdBy = '', origin = '', label = '', component = '', release = '', uri = ''] = line.split('|')
  return {createdBy, origin, label, component, release, uri: uri.replace(/\/+$/, '')}
}
