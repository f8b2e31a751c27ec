import {BrmcError} from '../../errors.js'

/** A file of the card's FAT partition; undefined where there is none. */
export type ReadBootFile = (path: string) => Promise<Buffer | undefined>

export interface BootConfig {
  kernel: string
  /** In the order they are joined in memory. */
  initramfs: readonly string[]
}

/** The kernel and initramfs lines of a config.txt (Raspberry Pi's documentation, "config.txt"); sections other than [all] are for boards that differ. */
export function parseBootConfig(text: string): BootConfig {
  let section = 'all'
  let kernel = 'kernel8.img'
  let initramfs: readonly string[] = []
  for (const line of text.split(/\r?\n/)) {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? section
    if (section !== 'all') continue
    kernel = /^\s*kernel\s*=\s*(\S+)/.exec(line)?.[1] ?? kernel
    const joined = /^\s*(?:initramfs\s+|ramfsfile\s*=\s*)(\S+)/.exec(line)?.[1]
    if (joined !== undefined) initramfs = joined.split(',').filter(name => name !== '')
  }

  return {kernel, initramfs}
}

export interface BootFiles {
  kernel: Buffer
  /** All archives one after the other, as the firmware leaves them in memory. */
  initrd?: Buffer
  cmdline: string
}

/** What the Raspberry Pi's firmware would load from the card. Throws IMAGE_INVALID where something it names is not there. */
export async function takeBootFiles(readBootFile: ReadBootFile): Promise<BootFiles> {
  const config = parseBootConfig((await need(readBootFile, 'config.txt', 'it tells what to load')).toString('latin1'))
  const cmdline = (await need(readBootFile, 'cmdline.txt', 'it is the kernel command line')).toString('latin1').trim()
  const kernel = await need(readBootFile, config.kernel, 'config.txt names it as kernel')
  const archives: Buffer[] = []
  for (const name of config.initramfs) archives.push(await need(readBootFile, name, 'config.txt names it as initramfs'))
  return {kernel, cmdline, ...archives.length > 0 && {initrd: Buffer.concat(archives)}}
}

export async function need(readBootFile: ReadBootFile, path: string, why: string): Promise<Buffer> {
  const content = await readBootFile(path)
  if (!content) throw new BrmcError('IMAGE_INVALID', `the image's boot partition has no ${path}: ${why}`, {suggestions: ['compose the image again with: brmc image']})
  return content
}
