import {access, constants} from 'node:fs/promises'

/** Buildroot refuses a PATH with white space or the current folder in it. */
const IS_SOUND = /^\/[^\s]*$/

/** Folders of a PATH that help a build: absolute, there, and readable for the caller (one that only root can look into breaks searches that come to it). */
export async function usableFolders(path: string): Promise<string[]> {
  const folders = [...new Set(path.split(':'))].filter(folder => IS_SOUND.test(folder))
  const usable = await Promise.all(folders.map(async folder => access(folder, constants.R_OK | constants.X_OK).then(() => true, () => false)))
  return folders.filter((_, index) => usable[index])
}
