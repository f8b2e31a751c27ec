import {elfSection} from './elf.js'

/** What a kernel module says of itself in its .modinfo section (include/linux/module.h, MODULE_INFO). Names have `_` for `-`, as the kernel compares them. */
export interface ModuleInfo {
  name: string
  /** Modules whose symbols it uses: they must be there first. */
  depends: readonly string[]
  /** Modules or aliases it asks for without using their symbols: `pre` before itself, `post` after. */
  softdeps: {pre: readonly string[], post: readonly string[]}
  /** Patterns of devices and services it answers to, as in `pci:v0000…`, `nft-expr-1-ct`. */
  aliases: readonly string[]
}

/** Reads the .modinfo of a plain `.ko`; undefined if it has none. Throws BrmcError PACKAGE_CORRUPT for a damaged file. */
export function readModuleInfo(module: Buffer): ModuleInfo | undefined {
  const section = elfSection(module, '.modinfo')
  if (!section) return undefined
  const fields = parseModuleInfo(section)
  const all = (key: string) => fields.filter(field => field.key === key).map(({value}) => value)
  const softdeps = all('softdep').map(parseSoftdep)
  return {
    name: moduleName(all('name')[0] ?? ''),
    depends: all('depends').flatMap(value => value.split(',')).filter(name => name !== '').map(moduleName),
    softdeps: {pre: softdeps.flatMap(({pre}) => pre), post: softdeps.flatMap(({post}) => post)},
    aliases: all('alias'),
  }
}

/** What ends a signed module: its signature, 12 bytes of which the last 4 are the signature's length, these words (include/linux/module_signature.h). */
const SIGNED = Buffer.from('~Module signature appended~\n')
const SIGNATURE_INFO = 12

/**
 * The module as it was before it was signed. A kernel that is not locked down (no Raspberry Pi's is) loads it all the same, and notes so in its taint
 * flags; to check a signature takes it 75 ms in the emulator, for each module (docs/decisions.md).
 */
export function withoutSignature(module: Buffer): Buffer {
  const end = module.length - SIGNED.length - SIGNATURE_INFO
  if (end < 0 || !module.subarray(-SIGNED.length).equals(SIGNED)) return module
  const length = module.readUInt32BE(end + SIGNATURE_INFO - 4)
  return length <= end ? module.subarray(0, end - length) : module
}

/** `key=value` texts, each ended by zeros. */
export function parseModuleInfo(section: Buffer): {key: string, value: string}[] {
  return section.toString('utf8').split('\0').filter(text => text.includes('=')).map(text => {
    const at = text.indexOf('=')
    return {key: text.slice(0, at), value: text.slice(at + 1)}
  })
}

/** `pre: a b post: c` (modprobe.d(5), softdep). */
function parseSoftdep(text: string): {pre: string[], post: string[]} {
  const softdep = {pre: [] as string[], post: [] as string[]}
  let side: 'pre' | 'post' | undefined
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    if (word === 'pre:' || word === 'post:') side = word === 'pre:' ? 'pre' : 'post'
    else if (side) softdep[side].push(word)
  }

  return softdep
}

/** `crypto/ghash-ce.ko.xz`, `ghash-ce` → `ghash_ce`. */
export function moduleName(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.ko(\.(xz|zst|gz))?$/, '').replaceAll('-', '_')
}
