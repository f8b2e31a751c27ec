import {join} from 'node:path'

/** Where the image of a deployment lies, relative to the project. */
export const imagePath = (deployment: string): string => join('build', 'images', deployment, 'sdcard.img')
