import type {LockedPackage} from './lock.js'

/** `'URI' name_version_arch.deb size hash` lines of `apt-get install --print-uris` → `name=version`. */
export function parsePrintedUris(output: string): string[] {
  return output.split('\n').flatMap(line => {
    const file = /^'[^']+' (\S+\.deb) \d+/.exec(line)?.[1]
    const [name, version] = file?.split('_') ?? []
    // In the name of a file apt writes the colon of an epoch as %3a.
    return name && version ? [`${name}=${decodeURIComponent(version)}`] : []
  })
}

/** Paragraphs of `apt-cache show` → packages of a lock; dependencies on packages that are not among them are left out. */
export function parseShownPackages(output: string): LockedPackage[] {
  const paragraphs = output.split(/\n{2,}/).map(parseParagraph).filter(fields => fields.has('Package'))
  const providers = new Map<string, string[]>()
  for (const fields of paragraphs) {
    const name = fields.get('Package') ?? ''
    const provided = names(fields.get('Provides')).flat()
    for (const alias of [name, ...provided]) providers.set(alias, [...providers.get(alias) ?? [], name])
  }

  return paragraphs.map(fields => ({
    name: fields.get('Package') ?? '',
    version: fields.get('Version') ?? '',
    filename: fields.get('Filename') ?? '',
    size: Number(fields.get('Size')),
    sha256: fields.get('SHA256') ?? '',
    depends: dependsOf(fields, providers),
  }))
}

/** Of alternatives (`a | b`) all that are there are taken: apt chose which of them to bring. */
function dependsOf(fields: ReadonlyMap<string, string>, providers: ReadonlyMap<string, string[]>): string[] {
  const wanted = [...names(fields.get('Pre-Depends')), ...names(fields.get('Depends'))].flat()
  const found = new Set(wanted.flatMap(name => providers.get(name) ?? []))
  found.delete(fields.get('Package') ?? '')
  return [...found].sort((a, b) => a < b ? -1 : Number(a > b))
}

/** `a (>= 1), b:any | c` → [[a], [b, c]] (Debian Policy 7.1). */
function names(field = ''): string[][] {
  return field.split(',').map(group => group.split('|').map(part => part.trim().replace(/[\s(:[].*$/s, '')).filter(name => name !== ''))
}

/** One paragraph of deb822(5): continuation lines start with a blank. */
function parseParagraph(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
    const at = line.indexOf(':')
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trim())
  }

  return fields
}

/** The Date field of a Release or InRelease file, in seconds since 1970; undefined if there is none. */
export function parseReleaseDate(text: string): number | undefined {
  const date = /^Date: (.+)$/m.exec(text)?.[1]
  const milliseconds = date === undefined ? Number.NaN : Date.parse(date.replace(/UTC$/, 'GMT'))
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
