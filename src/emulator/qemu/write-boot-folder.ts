import {copyFile, mkdtemp, readdir, rm, stat, truncate, writeFile} from 'node:fs/promises'
import {constants} from 'node:fs'
import {tmpdir} from 'node:os'
import path from 'node:path'

import type {Machine} from '../topology.js'
import {need, takeBootFiles, type ReadBootFile} from './boot-files.js'

export interface BootFolder {
  kernel: string
  initrd?: string
  deviceTree?: string
  /** The image itself, or a copy whose size the machine accepts. */
  image: string
  /** The card's own, not yet adapted. */
  cmdline: string
  /** Path for the socket of QEMU's monitor; nothing is there. */
  monitor: string
  remove: () => Promise<void>
}

const PREFIX = 'brmc-boot-'
/** The board that raspi3b is. */
const DEVICE_TREE = 'bcm2837-rpi-3-b.dtb'

/** Takes off the card what its firmware would load and lays it in a private temporary folder, for QEMU plays no GPU firmware. */
export async function writeBootFolder(image: string, machine: Machine, readBootFile: ReadBootFile): Promise<BootFolder> {
  const {kernel, initrd, cmdline} = await takeBootFiles(readBootFile)
  const deviceTree = machine === 'raspi3b' ? await need(readBootFile, DEVICE_TREE, 'the machine raspi3b needs its device tree') : undefined
  await clearBootFolders()
  const folder = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`))
  const remove = async (): Promise<void> => rm(folder, {recursive: true, force: true})
  const write = async (name: string, content: Buffer): Promise<string> => {
    await writeFile(path.join(folder, name), content, {mode: 0o600})
    return path.join(folder, name)
  }

  try {
    return {
      kernel: await write('kernel', kernel),
      ...initrd && {initrd: await write('initrd', initrd)},
      ...deviceTree && {deviceTree: await write('board.dtb', deviceTree)},
      image: machine === 'raspi3b' ? await copyOfAcceptedSize(image, path.join(folder, 'sdcard.img')) : image,
      cmdline,
      monitor: path.join(folder, 'monitor'),
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Those of runs that were killed: their names tell whose they are. What belongs to another user stays. */
async function clearBootFolders(): Promise<void> {
  const left = (await readdir(tmpdir())).filter(name => {
    const owner = name.startsWith(PREFIX) ? /^\d+(?=-)/.exec(name.slice(PREFIX.length))?.[0] : undefined
    return owner !== undefined && !isRunning(Number(owner))
  })
  await Promise.all(left.map(name => rm(path.join(tmpdir(), name), {recursive: true, force: true}).catch(() => undefined)))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/** QEMU's SD card wants a size that is a power of two; the image may be smaller. Cheap where the file system shares blocks. */
async function copyOfAcceptedSize(image: string, copy: string): Promise<string> {
  const {size} = await stat(image)
  const accepted = 2 ** Math.ceil(Math.log2(size))
  if (accepted === size) return image
  await copyFile(image, copy, constants.COPYFILE_FICLONE)
  await truncate(copy, accepted)
  return copy
}
