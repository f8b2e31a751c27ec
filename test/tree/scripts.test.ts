import {chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {expect} from 'chai'

import {run, type RunResult} from '../../src/process/run.js'
import {SHIPPED_PINS} from '../../src/boards/pins.js'
import {renderTree} from '../../src/tree/catalogue.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {projects} from './projects.js'

/** Scripts of the tree itself, in a folder whose name has a space and a quote: run for real, by sh. */
describe('scripts that Buildroot runs', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "brmc it's a tree-"))
    const {name, deployments} = projects.post ?? expect.fail()
    const files = renderTree({pins: SHIPPED_PINS, project: {name}, deployments, templates: await readTemplates()})
    for (const {path, content, executable} of files) await put(path, content, executable)
  })
  afterEach(() => rm(folder, {recursive: true, force: true}))

  async function put(path: string, content: string | Uint8Array = '', executable = false): Promise<void> {
    await mkdir(dirname(join(folder, path)), {recursive: true})
    await writeFile(join(folder, path), content)
    await chmod(join(folder, path), executable ? 0o755 : 0o644)
  }

  const script = (name: string): string => join(folder, 'br2-external/board/common', name)
  const runScript = (name: string, target: string): Promise<RunResult> => run(script(name), [join(folder, target)], {accept: [0, 1]})
  const namesIn = async (path: string): Promise<string[]> => (await readdir(join(folder, path))).sort()

  for (const name of ['post-build.sh', 'post-image.sh']) {
    it(`${name} is well-formed for sh and shellcheck`, async () => {
      await run('sh', ['-n', script(name)])
      await run('shellcheck', ['--shell=sh', script(name)])
    })
  }

  const OURS = '#!/bin/sh\n# ours\n'

  it("post-build.sh removes Buildroot's boot scripts, and leaves ours and the user's", async () => {
    for (const name of ['S10mdev', 'S35nftables', 'S40network', 'S41mrouted', 'S41smcroute', 'S50avahi-daemon', 'S50dropbear', 'S80mine']) {
      await put(`target/etc/init.d/${name}`, "#!/bin/sh\n# Buildroot's\n", true)
    }
    // Laid over by an overlay: the same bytes on both sides.
    await put('br2-external/overlays/router/etc/init.d/S40network', OURS, true)
    await put('target/etc/init.d/S40network', OURS, true)
    expect(await runScript('post-build.sh', 'target')).to.include({exitCode: 0, stderr: ''})
    expect(await namesIn('target/etc/init.d')).to.deep.equal(['S40network', 'S80mine'])
  })

  it('post-build.sh does as well on a root without boot scripts or overlays, and twice', async () => {
    await put('target/etc/smcroute.conf')
    for (let time = 1; time <= 2; time++) expect(await runScript('post-build.sh', 'target')).to.include({exitCode: 0, stderr: ''})
  })

  it('post-build.sh refuses two owners of the IPv4 multicast routing table', async () => {
    await put('target/etc/smcroute.conf', 'mroute from wlan0 group ff05::1 to usb0\n')
    await put('target/etc/mrouted.conf')
    expect(await runScript('post-build.sh', 'target')).to.include({exitCode: 0, stderr: ''})
    await put('target/etc/smcroute.conf', 'mroute from wlan0 group 225.0.0.1 to usb0\n')
    const {exitCode, stderr} = await runScript('post-build.sh', 'target')
    expect(exitCode).to.equal(1)
    expect(stderr).to.include('/etc/mrouted.conf /etc/smcroute.conf are there at once, but only one daemon can own')
  })

  it("post-build.sh removes the example that igmpproxy's package brings, and leaves a deployment's", async () => {
    await put('target/etc/smcroute.conf')
    await put('target/etc/igmpproxy.conf', '# igmpproxy.conf\nquickleave\nphyint eth0 upstream  ratelimit 0  threshold 1\n        altnet 10.0.0.0/8 \n')
    expect(await runScript('post-build.sh', 'target')).to.include({exitCode: 0, stderr: ''})
    expect(await namesIn('target/etc')).to.deep.equal(['smcroute.conf'])
    await rm(join(folder, 'target/etc/smcroute.conf'))
    await put('target/etc/igmpproxy.conf', 'phyint eth0 upstream ratelimit 0 threshold 1\n')
    expect(await runScript('post-build.sh', 'target')).to.include({exitCode: 0, stderr: ''})
    expect(await namesIn('target/etc')).to.deep.equal(['igmpproxy.conf'])
  })

  it('post-image.sh gathers the boot files, without those of an earlier configuration', async () => {
    await put('images/Image', 'kernel')
    await put('images/rootfs.tar')
    await put('images/a.dtb')
    await put('images/rpi-firmware/start4.elf')
    await put('images/rpi-firmware/config.txt', 'arm_64bit=1\n')
    await put('images/boot/old.dtb')
    const {exitCode, stdout} = await runScript('post-image.sh', 'images')
    expect(exitCode).to.equal(0)
    expect(stdout).to.include('brmc image')
    expect(await namesIn('images/boot')).to.deep.equal(['Image', 'a.dtb', 'config.txt', 'start4.elf'])
    expect(await readFile(join(folder, 'images/boot/Image'), 'utf8')).to.equal('kernel')
  })

  it('post-image.sh says what is missing', async () => {
    await put('images/Image')
    const {exitCode, stderr} = await runScript('post-image.sh', 'images')
    expect(exitCode).to.equal(1)
    expect(stderr).to.include('BR2_TARGET_ROOTFS_TAR=y')
  })
})
