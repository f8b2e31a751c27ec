import {once} from 'node:events'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {createServer, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import {dirname, join} from 'node:path'

import type {ReleaseTexts} from '../../../src/base/buildroot/pins-of-release.js'
import {SITE} from '../../../src/base/buildroot/fetch-buildroot.js'
import {sha256} from '../../../src/files/sha256.js'
import {run} from '../../../src/process/run.js'
import type {Web} from '../../../src/process/web.js'

export const KERNEL = '21b410140c47ffab5668399f6f143c7d7b935c8b'
export const FIRMWARE = '063bcab6c8a90efb0d19f69d88cbbc7ec79cab68'
export const KERNEL_SHA256 = '7c31df8061aae748a6e72417bfe743a54198fb5bdc96e229ecc605dc621d32ef'

/** The lines of Buildroot 2026.02.3 that say what it was tried with, with a few around them. */
export function releaseTexts(version = '2026.02.3', {kernel = KERNEL, firmware = FIRMWARE} = {}): ReleaseTexts {
  return {
    makefile: `# Set and export the version string
export BR2_VERSION := ${version}
# Actual time the release is cut (for reproducible builds)
BR2_VERSION_EPOCH = 1781643700
# Save running make version since it's clobbered by the make package
RUNNING_MAKE_VERSION := $(MAKE_VERSION)
`,
    defconfig: `BR2_LINUX_KERNEL=y
BR2_LINUX_KERNEL_CUSTOM_TARBALL=y
BR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION="$(call github,raspberrypi,linux,${kernel})/linux-${kernel}.tar.gz"
BR2_LINUX_KERNEL_DEFCONFIG="bcm2711"
`,
    kernelHash: `# Locally calculated\nsha256  ${KERNEL_SHA256}  linux-${kernel}.tar.gz\n`,
    firmwareMk: `# Please keep in sync with configs/raspberrypi*_deconfig
RPI_FIRMWARE_VERSION = ${firmware}
RPI_FIRMWARE_SITE = $(call github,raspberrypi,firmware,$(RPI_FIRMWARE_VERSION))
`,
  }
}

/** The same as files of a folder that looks like Buildroot. */
export async function writeRelease(folder: string, {makefile, defconfig, kernelHash, firmwareMk}: ReleaseTexts): Promise<void> {
  const files = {
    'Makefile': makefile, 'configs/raspberrypi4_64_defconfig': defconfig, 'board/raspberrypi/patches/linux/linux.hash': kernelHash, 'package/rpi-firmware/rpi-firmware.mk': firmwareMk,
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), {recursive: true})
    await writeFile(join(folder, path), text)
  }
}

/** A real tarball of it, as Buildroot's site has them; its bytes and their sha256. */
export async function packRelease(place: string, version: string, texts = releaseTexts(version)): Promise<{bytes: Buffer, sha256: string}> {
  await writeRelease(join(place, `buildroot-${version}`), texts)
  const tarball = join(place, `buildroot-${version}.tar.xz`)
  await run('tar', ['-C', place, '-cJf', tarball, `buildroot-${version}`])
  const bytes = await readFile(tarball)
  return {bytes, sha256: sha256(bytes)}
}

/** As the release manager signs it. */
export const signedList = (file: string, hash: string): string => `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

MD5:    ${'1'.repeat(32)}  ${file}
SHA1:   ${'2'.repeat(40)}  ${file}
SHA256: ${hash}  ${file}
-----BEGIN PGP SIGNATURE-----
`

/** A web server of this machine that stands where Buildroot's site does: Node's own fetch, another address. */
export async function serveSite(listener: RequestListener): Promise<{fetch: Web, close: () => Promise<void>}> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  return {
    fetch: async (address, options) => {
      const wanted = typeof address === 'string' ? address : address instanceof URL ? address.href : address.url
      if (!wanted.startsWith(`${SITE}/`)) throw new Error(`nothing but Buildroot's site is asked, and this was: ${wanted}`)
      return globalThis.fetch(wanted.replace(SITE, `http://127.0.0.1:${port}`), options)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers with `files`, by path; 404 for what is not there. */
export const serving = (files: ReadonlyMap<string, string | Buffer>): RequestListener => (request, response) => {
  const body = files.get(request.url ?? '')
  response.statusCode = body === undefined ? 404 : 200
  response.end(body)
}
