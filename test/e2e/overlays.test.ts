import {createHash} from 'node:crypto'
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {readTarEntries} from '../../src/archive/read-tar.js'
import {readContent} from '../../src/overlay/read-content.js'
import {readImageManifest} from '../../src/workflow/read-image.js'
import {judge} from '../image/on-disk.js'
import {CROWD, EXPECTED, LATIN_NAME, LONG_NAME, NET_RAW, writeBelow, writeCrowd, writeEveryArchive, writeEveryFolder} from '../lab/every-entry.js'
import {brmc} from './command.js'
import {onAir} from './on-air.js'

const PROJECT = `version: 1
name: every
board: virt
base: debian
root: ext4
system: {hostname: every}
interfaces: {eth0: {role: downstream, address: 10.1.0.1/24}, eth1: {role: upstream, address: dhcp}}
`

describe('overlays with every kind of entry', function () {
  this.timeout(600_000)
  let project: string
  let image: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-every-'))
    image = join(project, 'build/images/default/sdcard.img')
    await writeFile(join(project, 'brmc.yaml'), PROJECT)
    const first = await brmc(['image'], {cwd: project})
    expect(first.status, first.stderr).to.equal(0)
    const busybox = await busyboxOf(project)
    writeBelow(project)
    writeEveryFolder(project, busybox)
    writeEveryArchive(project, busybox)
    writeCrowd(project)
    await writeFile(join(project, 'brmc.yaml'), `${PROJECT}overlays: [overlays/below, overlays/every, overlays/every.tar.zst, overlays/crowd]\n`)
    const made = await brmc(['image'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => rm(project, {recursive: true, force: true}))

  it('make a file system that is sound, and that debugfs reads as declared', async () => {
    const {partitions} = await readImageManifest(image)
    const place = `${image}?offset=${(partitions[1]?.firstSector ?? 0) * 512}`
    const checked = judge('e2fsck', ['-f', '-n', place])
    expect(checked.status, checked.stdout).to.equal(0)
    const ask = (request: string): string => judge('debugfs', ['-R', request, place]).stdout
    for (const top of ['/srv/folder', '/srv/archive']) {
      expect(ask(`stat ${top}/setuid`)).to.match(/Mode: +04755 [^]*User: +0 +Group: +0 /)
      expect(ask(`stat ${top}/large-owner`)).to.match(/Mode: +0600 [^]*User: +(4000000000|-294967296) +Group: +70000/) // debugfs takes it for signed
      expect(ask(`stat ${top}/console`)).to.match(/Type: character special[^]*Device major\/minor number: 05:01/)
      expect(ask(`stat ${top}/pipe`)).to.match(/Type: FIFO/)
      expect(ask(`stat ${top}/other-name`)).to.match(/Links: 2 /)
      expect(ask(`ea_get -x ${top}/busybox-raw security.capability`).replaceAll(/\s/g, '')).to.include(NET_RAW)
      expect(ask(`stat ${top}/names/${LONG_NAME}`)).to.match(/Size: 7/)
    }

    expect(ask('ls /usr/share')).to.include('stays').and.not.include('gone')
    expect(ask('stat /srv/place')).to.match(/Type: regular/)
  })

  it('are what the booted router sees', async () => {
    await onAir(image, async ({console}) => {
      const command = async (text: string, timeoutMs?: number): Promise<string> => (await console.command(text, timeoutMs)).output.replaceAll('\r', '').replaceAll(/^brmc: .*\n/gm, '').trim()
      for (const top of ['/srv/folder', '/srv/archive']) {
        const seen = await command(`cd ${top} && busybox stat -c '%F|%a|%u:%g|%s|%t,%T|%h' ${EXPECTED.map(({path}) => path.replace(LONG_NAME, 'nnn*')).join(' ')}`)
        expect(seen.split('\n'), top).to.deep.equal(EXPECTED.map(({stat}) => stat))
        // Byte for byte: the console itself is UTF-8.
        const names = Buffer.concat([LATIN_NAME, Buffer.from(`\n${LONG_NAME}\n`)]).toString('hex')
        expect(await command(`for name in ${top}/names/*; do printf '%s\\n' "\${name##*/}"; done | busybox xxd -p | tr -d '\\n'`)).to.equal(names)
        expect(await command(`cat "${top}/names/$(printf 'caf\\351')"`)).to.equal('content')
        expect(await command(`busybox stat -c %i ${top}/one-name ${top}/other-name | uniq | wc -l`)).to.equal('1')
        expect(await command(`readlink ${top}/link`)).to.equal('empty')
        expect(await command(`head -c 5 ${top}/sparse; tail -c 3 ${top}/sparse; tr -d '\\0' <${top}/sparse | wc -c`)).to.equal('beginend8')
        // A program with the capability has it when nobody runs it, and its copy without has not.
        expect(await command(`su -s /bin/sh nobody -c '${top}/busybox-raw grep CapEff /proc/self/status'`)).to.match(/CapEff:\s*0000000000002000/)
        expect(await command("su -s /bin/sh nobody -c 'busybox grep CapEff /proc/self/status'")).to.match(/CapEff:\s*0000000000000000/)
      }

      expect(await command('ls -A /usr/share/gone /usr/share/gone-too 2>/dev/null; ls -A /srv/emptied /srv/emptied-too | grep old; cat /usr/share/stays')).to.equal('usr/share/stays')
      expect(await command('cat /srv/place')).to.equal('content')
      expect(await command('find /srv/crowd -type f | wc -l', 300_000)).to.equal(String(CROWD.folders * CROWD.files))
      expect(await command('find /srv/crowd/7 -type f -size +0 | sort | xargs cat | sha256sum', 120_000)).to.include(sumOfCrowd(7))
    })
  })
})

/** BusyBox of the router's own kind, out of the base. */
async function busyboxOf(project: string): Promise<Buffer> {
  const [key = ''] = await readdir(join(project, 'build/bases'))
  const found = readTarEntries(join(project, 'build/bases', key, 'rootfs.tar')).find(({path, type}) => path === 'usr/bin/busybox' && type === 'file')
  if (!found) throw new Error('the base has no busybox')
  return readContent(found)
}

function sumOfCrowd(folder: number): string {
  const names = Array.from({length: CROWD.files}, (_, file) => file).filter(file => file % 10 === 0).map(file => `file-${file}`).sort()
  return createHash('sha256').update(names.map(name => `${folder}-${name.slice(5)}\n`).join('')).digest('hex')
}
