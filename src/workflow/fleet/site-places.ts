import {join} from 'node:path'

/** As those of deployments: an image in a folder of its own, with its manifest. */
export const sitePath = (output: string, site: string): string => join(output, site, 'sdcard.img')

export const packPath = (output: string, site: string): string => join(output, `${site}.brmcpack`)
