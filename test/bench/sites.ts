import {execFileSync} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/**
 * What a site costs, as ratios within one run: `npm run bench:sites`. In memory (/dev/shm) where there is one, so that no disk is measured; as root, for a file
 * system that shares blocks is mounted. Nothing fails here; docs/decisions.md says what the numbers mean.
 */
const ROUNDS = 5
const BRMC = `node ${fileURLToPath(new URL('../../bin/run.js', import.meta.url))}`
const SHARED = 1000
const COPIED = 40
const FEW = 8
const PACKS = 10_000

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'brmc-bench-'))
const rows: string[][] = []

interface Cost {
  /** Seconds. */
  wall: number
  /** Of the command and all it started, seconds. */
  cpu: number
  /** Of the largest process among them, MiB (getrusage(2), RUSAGE_CHILDREN). */
  memory: number
}

const MEASURE = `
import json, resource, subprocess, sys, time
started = time.monotonic()
subprocess.run(["bash", "-c", sys.argv[1]], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall = time.monotonic() - started
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024}))
`

const cost = (command: string, cwd: string): Cost => JSON.parse(execFileSync('/usr/bin/python3', ['-c', MEASURE, command], {cwd, encoding: 'utf8'})) as Cost

const median = (costs: readonly Cost[], key: keyof Cost): number => costs.map(one => one[key]).sort((a, b) => a - b)[Math.floor(costs.length / 2)] ?? Number.NaN

/** Medians of commands that take turns, a warm-up first; `prepare` is not measured. */
function compare<Name extends string>(commands: Record<Name, {prepare?: string, run: string}>, cwd: string): Record<Name, Cost> {
  const names = Object.keys(commands) as Name[]
  const costs = new Map(names.map(name => [name, [] as Cost[]]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of names) {
      const {prepare, run} = commands[name]
      if (prepare !== undefined) execFileSync('bash', ['-c', prepare], {cwd, stdio: 'ignore'})
      const measured = cost(run, cwd)
      if (round > 0) costs.get(name)?.push(measured)
    }
  }

  const of = (name: Name): Cost => ({wall: median(costs.get(name) ?? [], 'wall'), cpu: median(costs.get(name) ?? [], 'cpu'), memory: Math.max(...costs.get(name)?.map(({memory}) => memory) ?? [])})
  return Object.fromEntries(names.map(name => [name, of(name)])) as Record<Name, Cost>
}

const seconds = (value: number): string => value < 0.1 ? `${(1000 * value).toFixed(1)} ms` : `${value.toFixed(2)} s`

function inventory(path: string, count: number): void {
  const lines = Array.from({length: count}, (_, index) => {
    const network = `10.${1 + Math.floor(index / 250)}.${index % 250}`
    const name = `site-${String(index).padStart(5, '0')}`
    return `${name},${name},${network}.1/24,${network}.10,${network}.50,Café ${index},passphrase-${index}`
  })
  const columns = 'site,system.hostname,interfaces.wlan0.address,interfaces.wlan0.dhcpServer.from,interfaces.wlan0.dhcpServer.to,interfaces.wlan0.accessPoint.ssid,interfaces.wlan0.accessPoint.passphrase'
  writeFileSync(path, `${[columns, ...lines].join('\n')}\n`)
}

/** The same card as a Buildroot user's own scripts put it together. */
function classic(project: string, base: string, name: string): string {
  const boot = readdirSync(join(base, 'boot'), {withFileTypes: true})
  const place = join(project, 'classic')
  rmSync(place, {recursive: true, force: true})
  mkdirSync(place)
  writeFileSync(join(place, 'genimage.cfg'), `image boot.vfat {
  vfat { files = { ${boot.map(({name: file}) => `"${file}"`).join(', ')} } }
  size = 96M
}
image sdcard.img {
  hdimage { }
  partition boot { partition-type = 0xC bootable = true image = "boot.vfat" }
  partition rootfs { partition-type = 0x83 image = "rootfs.ext4" }
}
`)
  writeFileSync(join(place, 'make.sh'), `set -e
cd ${place}
rm -rf root input tmp output rootfs.ext4
mkdir root input
cp -r ${base}/boot/. input/
fakeroot sh -c 'tar -C root -xpf ${base}/rootfs.tar && rsync -rlpK ../br2-external/overlays/router/ root/ && rsync -rlpK ../br2-external/overlays/deployments/${name}/ root/ && mke2fs -q -F -t ext4 -d root input/rootfs.ext4 140M'
genimage --config genimage.cfg --inputpath input --rootpath input --tmppath tmp --outputpath output
`)
  return `bash ${join(place, 'make.sh')}`
}

function benchDeployment(project: string, root: 'ext4' | 'ram'): void {
  const name = `new-${root}`
  writeFileSync(join(project, `deployments/${name}.yaml`), `root: ${root}\nsystem: {hostname: ${name}}\n`)
  execFileSync('bash', ['-c', `${BRMC} image ${name}`], {cwd: project, stdio: 'ignore'})
  const image = `build/images/${name}/sdcard.img`
  const base = join(project, 'build/bases', readdirSync(join(project, 'build/bases'))[0] ?? '')
  const measured = compare({
    copy: {prepare: `rm -f ${image}.copy`, run: `cp --sparse=always ${image} ${image}.copy`},
    brmc: {prepare: `rm -f ${image} build/images/${name}/made-of.json`, run: `${BRMC} image ${name}`},
    node: {run: 'node -e 0'},
    // With a root in memory there is no other way to compare with.
    classic: {run: root === 'ext4' ? classic(project, base, name) : 'true'},
    customize: {prepare: 'rm -f customized.img', run: `${BRMC} customize ${image} --overlay small -o customized.img`},
  }, project)
  const {size, blocks} = statSync(join(project, image))
  const what = `root ${root}, ${Math.round(size / 2 ** 20)} MiB, ${Math.round(blocks / 2048)} written`
  const limit = 1.3 * measured.copy.wall + 0.4
  rows.push(
    [`new deployment, whole process (${what})`, seconds(measured.brmc.wall), `cp ${seconds(measured.copy.wall)}, node ${seconds(measured.node.wall)}`, `${(measured.brmc.wall / limit).toFixed(2)} x`, '1.3 cp + 0.4 s'],
    ['  customise, whole process', seconds(measured.customize.wall), `cp ${seconds(measured.copy.wall)}`, `${(measured.customize.wall / limit).toFixed(2)} x`, '1.3 cp + 0.4 s'],
    ['  memory of the largest process, new, customise', `${Math.round(measured.brmc.memory)}, ${Math.round(measured.customize.memory)} MiB`, '', '', '200 MiB'],
  )
  if (root === 'ext4') {
    rows.push(['  the classic way (fakeroot, rsync, mke2fs -d, genimage)', seconds(measured.classic.wall), `brmc ${seconds(measured.brmc.wall)}`, `${(measured.classic.wall / measured.brmc.wall).toFixed(1)} x`, ''])
  }
}

/** Images on a file system that shares blocks between files. */
function benchSharing(project: string): void {
  const [disk, place] = [join(folder, 'disk.img'), join(folder, 'disk')]
  mkdirSync(place)
  execFileSync('bash', ['-c', `truncate -s 3G ${disk} && PATH=$PATH:/usr/sbin mkfs.xfs -q -m reflink=1 ${disk} && mount -o loop ${disk} ${place}`], {stdio: 'ignore'})
  try {
    // The project alone, and on the disk before anything is measured: brmc waits for the disk, and would wait for what other rows left behind.
    cpSync(project, join(place, 'router'), {recursive: true, filter: path => !/build\/images|classic|customized/.test(path)})
    inventory(join(place, 'router/sites.csv'), SHARED)
    execFileSync('bash', ['-c', `${BRMC} image default && sync -f .`], {cwd: join(place, 'router'), stdio: 'ignore'})
    const measured = cost(`${BRMC} image --inventory sites.csv --json-lines`, join(place, 'router'))
    rows.push([`${SHARED} images where blocks are shared (XFS), per image`, seconds(measured.wall / SHARED), `CPU ${seconds(measured.cpu / SHARED)}, ${Math.round(measured.memory)} MiB`, '', '5 ms, 200 MiB'])
  } finally {
    execFileSync('umount', [place])
    rmSync(disk)
  }
}

/** Images where each has blocks of its own: what more of them cost, against copies. */
function benchCopies(project: string): void {
  inventory(join(project, 'few.csv'), FEW)
  inventory(join(project, 'sites.csv'), COPIED)
  execFileSync('bash', ['-c', `${BRMC} image default`], {cwd: project, stdio: 'ignore'})
  const image = 'build/images/default/sdcard.img'
  const measured = compare({
    few: {prepare: 'rm -rf fleet copies', run: `${BRMC} image --inventory few.csv --jobs 1 -o fleet`},
    many: {prepare: 'rm -rf fleet copies', run: `${BRMC} image --inventory sites.csv --jobs 1 -o fleet`},
    copies: {prepare: 'rm -rf fleet copies; mkdir copies', run: `for i in $(seq ${COPIED - FEW}); do cp --sparse=always ${image} copies/$i; done`},
  }, project)
  rmSync(join(project, 'fleet'), {recursive: true, force: true})
  rmSync(join(project, 'copies'), {recursive: true, force: true})
  const [own, copy] = [(measured.many.wall - measured.few.wall) / (COPIED - FEW), measured.copies.wall / (COPIED - FEW)]
  rows.push([`${COPIED} images where no blocks are shared, per image`, seconds(own), `cp ${seconds(copy)}`, `${(own / copy).toFixed(2)} x`, '1.1 x'],
    ['  memory of the largest process', `${Math.round(measured.many.memory)} MiB`, '', '', '200 MiB'])
}

function benchPacks(project: string): void {
  inventory(join(project, 'sites.csv'), PACKS)
  const measured = cost(`${BRMC} image --inventory sites.csv --packs --json-lines -o packs`, project)
  const packs = join(project, 'packs')
  const bytes = readdirSync(packs).filter(name => name.endsWith('.brmcpack')).reduce((sum, name) => sum + statSync(join(packs, name)).size, 0)
  rows.push([`${PACKS} packs, all together`, seconds(measured.wall), `CPU ${seconds(measured.cpu)}`, `${(bytes / 1e6).toFixed(1)} MB`, '20 s, 20 MB'],
    ['  memory of the largest process', `${Math.round(measured.memory)} MiB`, '', '', '200 MiB'])
}

try {
  const project = join(folder, 'router')
  execFileSync('bash', ['-c', `${BRMC} init ${project} --country US && cd ${project} && ${BRMC} image default && mkdir -p small/etc && echo small >small/etc/motd`], {cwd: folder, stdio: ['ignore', 'ignore', 'inherit']})
  benchDeployment(project, 'ext4')
  benchDeployment(project, 'ram')
  benchSharing(project)
  benchCopies(project)
  benchPacks(project)
} finally {
  rmSync(folder, {recursive: true, force: true})
}

const heading = ['what', 'measured', 'beside', 'ratio', 'goal']
const widths = heading.map((text, column) => Math.max(text.length, ...rows.map(cells => cells[column]?.length ?? 0)))
for (const cells of [heading, ...rows]) console.log(cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
