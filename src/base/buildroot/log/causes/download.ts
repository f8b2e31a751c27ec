import {find, findAll, type Cause, type Seen} from './cause.js'

const URL_TRIED = /(?:^(?:wget|curl|git clone) .*?|^--\S+ \S+--\s+)["']?((?:https?|ftp|git|ssh):\/\/[^\s'"]+)/
const tried = (seen: Seen): string => {
  const urls = findAll(seen, URL_TRIED)
  return urls.length === 0 ? '' : ` (tried: ${urls.slice(0, 3).join(', ')})`
}

const PUT_BY_HAND = 'or put the file into the download folder by hand (brmc image --dl-dir, BR2_DL_DIR): <package>/<file>, its hash is checked all the same'

const ALIKE: ReadonlySet<string> = new Set(['certificate', 'no-name-resolution', 'no-connection'])

/** The cause of this name meets every download alike, not the one that failed alone. */
export const meetsEveryDownload = (name: string): boolean => ALIKE.has(name)

/** Sources that do not come, or not as they should. */
export const downloadCauses: readonly Cause[] = [
  {
    name: 'hash-mismatch',
    patterns: [/^ERROR: (?<file>\S+) has wrong (?<algorithm>\w+) hash:/],
    cause: seen => {
      const wanted = find(seen, /^ERROR: expected: (\S+)/) ?? 'unknown'
      const got = find(seen, /^ERROR: got\s*: (\S+)/) ?? 'unknown'
      return `${seen.groups['file'] ?? 'a file'} is not what its .hash file says: ${seen.groups['algorithm'] ?? 'hash'} expected ${wanted}, got ${got}. Either the download was cut short or changed on its way, or the server packs the archive anew (GitHub does: same content, other compression)`
    },
    wayOut: 'delete the file from the download folder and try again; where it comes out the same, compare the contents with a copy you trust before you change the hash',
  },
  {
    name: 'no-hash',
    patterns: [/^ERROR: No hash found for (?<file>\S+)/],
    cause: ({groups}) => `${groups['file'] ?? 'a file'} has no hash in the package's .hash file, so nobody can tell whether it is the right one`,
    wayOut: ({groups}) => `add a line "sha256  <hash>  ${groups['file'] ?? '<file>'}" to the .hash file (of the package, or in BR2_GLOBAL_PATCH_DIR/<package>/ for a version of your own)`,
  },
  {
    name: 'certificate',
    patterns: [
      /cannot verify \S+'s certificate/,
      /(?:SSL|server) certificate (?:problem|verification failed)/i,
      /The certificate of .* (?:is not trusted|has expired|doesn't have a known issuer)/,
    ],
    cause: seen => `the server's certificate was not accepted${tried(seen)}: the certificates of this machine (or container) are old or missing, its clock is wrong, or a proxy looks into the traffic`,
    wayOut: `install ca-certificates, look at the clock, add the proxy's certificate; ${PUT_BY_HAND}`,
  },
  {
    name: 'no-name-resolution',
    patterns: [
      /unable to resolve host address [‘'`"](?<host>[^’'`"]+)/,
      /Could not resolve host(?:name)?:? (?<host>[\w.-]+)/,
      /Temporary failure in name resolution/,
    ],
    cause: seen => `no address for ${seen.groups['host'] ?? 'the server'}: no network, or no DNS${tried(seen)}`,
    wayOut: `look at network and DNS of this machine and of the container (behind a proxy: http_proxy, https_proxy); ${PUT_BY_HAND}`,
  },
  {
    name: 'no-connection',
    patterns: [
      /Connecting to .*failed: (?<why>.+)\.$/,
      /^(?:curl|wget|ssh|fatal): .*(?<why>Connection (?:refused|timed out|reset by peer)|Network is unreachable|No route to host)/i,
      /Read error .* in headers/,
    ],
    cause: seen => `the server was not reached: ${seen.groups['why'] ?? 'the connection broke'}${tried(seen)}`,
    wayOut: `try again, look at firewall and proxy; ${PUT_BY_HAND}`,
  },
  {
    name: 'not-on-server',
    patterns: [/ERROR (?<status>40[0-9]|410|451|5\d\d): (?<why>.+)$/, /The requested URL returned error: (?<status>\d{3})/],
    cause: seen => `the server has no such file, or does not give it: ${[seen.groups['status'], seen.groups['why']?.replace(/\.$/, '')].filter(Boolean).join(' ')}${tried(seen)}. Upstreams delete old releases; a commit vanishes when its branch is pushed anew by force`,
    wayOut: `set BR2_BACKUP_SITE or BR2_PRIMARY_SITE to a mirror that has it; ${PUT_BY_HAND}`,
  },
  {
    name: 'git-dubious-ownership',
    patterns: [/^fatal: (?:detected dubious ownership|unsafe repository)(?: in repository at)? ?\(?'(?<folder>[^']+)'/],
    cause: ({groups}) => `git refuses ${groups['folder'] ?? 'the repository'} because it belongs to another user than the one who builds`,
    wayOut: ({groups}) => `chown it to the user who builds, or: git config --global --add safe.directory ${groups['folder'] ?? '<folder>'} (inside the container, where there is one)`,
  },
  {
    name: 'git-no-such-commit',
    patterns: [
      /^fatal: (?:reference is not a tree|bad object|couldn't find remote ref|remote error: upload-pack: not our ref): ?(?<ref>\S+)/,
      /^Commit '(?<ref>[^']+)' does not exist in this repository/,
    ],
    cause: ({groups}) => `the repository has no ${groups['ref'] ?? 'such commit'}: it was deleted, or its branch pushed anew by force`,
    wayOut: 'pin a commit or a tag that exists, or use a mirror that kept it',
  },
  {
    name: 'archive-broken',
    patterns: [
      /tar: This does not look like a tar archive/,
      /(?:gzip|bzip2|xz|lzip|zstd): .*: (?:unexpected end of (?:file|input)|not in (?:gzip|\w+) format|File format not recognized|.*CRC error)/i,
    ],
    cause: 'the archive of the sources is damaged or cut short, and no hash was there to notice it (or the hash was taken from the damaged file)',
    wayOut: 'delete it from the download folder and fetch it again; give the package a hash from its author',
  },
  {
    name: 'override-missing',
    patterns: [/^ERROR: (?<folder>\S+) does not exist$/],
    cause: ({groups}) => `the package is to be built from ${groups['folder'] ?? 'a folder'} (<PACKAGE>_OVERRIDE_SRCDIR), which does not exist where the build runs`,
    wayOut: 'give an absolute path (buildroot.override in brmc.yaml); in a container the folder must be mounted too',
  },
]
