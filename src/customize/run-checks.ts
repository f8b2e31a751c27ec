import {BrmcError} from '../errors.js'
import type {CheckRequest} from './tool-requests.js'

const SHOWN = 12

/** What e2fsck(8) has against the file system at `offset`; nothing is written, and nothing found is no line. */
export async function findExt4Faults(offset: number, {folder, image, run, signal}: CheckRequest): Promise<string[]> {
  const {exitCode, stdout, stderr} = await run('e2fsck', ['-f', '-n', `${image}?offset=${offset}`], {cwd: folder, signal, accept: [0, 1, 2, 4, 8, 12]})
  if (exitCode === 0) return []
  return linesOf(`${stdout}\n${stderr}`, /^(?:e2fsck \d|Pass \d|$)/)
}

/** The same of fsck.fat(8) and a file that is a FAT file system. */
export async function findFatFaults({folder, image, run, signal}: CheckRequest): Promise<string[]> {
  const {exitCode, stdout} = await run('fsck.fat', ['-n', image], {cwd: folder, signal, accept: [0, 1]})
  return exitCode === 0 ? [] : linesOf(stdout, /^(?:fsck\.fat \d|$)/)
}

/** Throws IMAGE_INVALID for an image that was damaged before anybody touched it. */
export function refuseFaulty(faults: readonly string[], what: string): void {
  if (faults.length === 0) return
  throw new BrmcError('IMAGE_INVALID', `${what} of the image is damaged`, {
    details: faults,
    suggestions: ['take a sound copy of the image', 'or repair one: sudo losetup -fP --show IMAGE, then e2fsck -f or fsck.fat -w on its partition, then sudo losetup -d'],
  })
}

/** Throws where the changes themselves are not sound: what was sound before is to be so after. */
export function refuseUnsound(faults: readonly string[], what: string): void {
  if (faults.length > 0) throw new BrmcError('INTERNAL', `${what} would not be sound after the changes, so no image was written (this is a defect of brmc)`, {details: faults, suggestions: ['please report it, with the command line and this text']})
}

function linesOf(output: string, dull: RegExp): string[] {
  return output.split('\n').map(line => line.trim()).filter(line => !dull.test(line)).slice(0, SHOWN)
}
