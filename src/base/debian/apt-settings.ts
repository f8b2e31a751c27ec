import {BrmcError} from '../../errors.js'

export interface AptSource {
  /** As in `http://mirror.example/debian`, without a slash at the end. */
  mirror: string
  suite: string
  components: readonly string[]
  /** A mirror that the user named may be a dated snapshot, whose Release files are past their date on purpose. */
  dated: boolean
}

export const ARCHITECTURE = 'arm64'
export const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
export const SETTINGS_FILE = 'apt.conf'
export const SOURCES_FILE = 'sources.list'
export const STATUS_FILE = 'status'
/** Folders that must be there before apt starts. */
export const APT_FOLDERS = ['lists/partial', 'cache/archives/partial', 'log', 'state'] as const

/**
 * apt.conf(5) text, to be given by `-c`: that is read after the machine's own apt.conf.d, so a proxy set there is in force, and what is set here
 * wins. `root` is the absolute folder that holds all apt works with. Hooks of the machine (those that clean caches, tell desktops, ask questions) are cleared.
 */
export function aptSettings(root: string): string {
  const folder = (name: string) => quoted(`${root}/${name}`)
  return [
    ...['APT::Architectures', 'APT::Update', 'APT::Default-Release', 'DPkg', 'Acquire::Languages'].map(name => `#clear ${name};`),
    `APT::Architecture "${ARCHITECTURE}";`,
    `APT::Architectures {"${ARCHITECTURE}";};`,
    'APT::Install-Recommends "false";',
    'APT::Install-Suggests "false";',
    // build/ may lie in a home folder that apt's own user cannot enter.
    'APT::Sandbox::User "root";',
    `Dir::Etc::sourcelist ${folder(SOURCES_FILE)};`,
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    `Dir::State ${folder('state')};`,
    `Dir::State::lists ${folder('lists')};`,
    `Dir::State::status ${folder(STATUS_FILE)};`,
    `Dir::Cache ${folder('cache')};`,
    'Dir::Cache::pkgcache "pkgcache.bin";',
    'Dir::Cache::srcpkgcache "";',
    `Dir::Log ${folder('log')};`,
    'Debug::NoLocking "true";',
    'Acquire::Languages {"none";};',
    '',
  ].join('\n')
}

/** One line of sources.list(5): only package indexes are fetched, and only Debian's own keys count. */
export function aptSource({mirror, suite, components, dated}: AptSource): string {
  const options = [`arch=${ARCHITECTURE}`, 'target=Packages', `signed-by=${DEBIAN_KEYRING}`, ...dated ? ['check-valid-until=no'] : []]
  return `deb [${options.join(' ')}] ${mirror} ${suite} ${components.join(' ')}\n`
}

/** apt.conf(5) has no escape for a quote inside a text. */
function quoted(path: string): string {
  if (!/["\n]/.test(path)) return `"${path}"`
  throw new BrmcError('USAGE', `apt cannot work in ${path}: its settings cannot name a folder with a quote or a line break`, {suggestions: ['move the project to a folder without one']})
}
