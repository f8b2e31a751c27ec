import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import type {BrmcError} from '../../src/errors.js'
import {readBootFileOf} from '../../src/image/read-boot-file.js'
import {readTarLayer} from '../../src/overlay/read-tar-layer.js'
import {run} from '../../src/process/run.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {composeImage, type ComposedImage, type ComposeRequest} from '../../src/workflow/compose-image.js'
import {asBrmcError} from '../../src/workflow/format-error.js'
import {chooseDeployments, openProject} from '../../src/workflow/open-project.js'
import {writeSmallBase} from '../base/transport/small-base.js'
import {brmc} from '../e2e/command.js'
import {judge} from '../image/on-disk.js'
import {attacks} from '../lab/hostile-overlays.js'
import {Random} from '../lab/random.js'

const RUNS = 500
const SECRET = 'what nobody gave away 5f1c9e'
const MIB = 1024 * 1024
const FIND_IN_SPARSE = fileURLToPath(new URL('../lab/find-in-sparse.py', import.meta.url))

describe('overlays that mean harm', function () {
  this.timeout(1_800_000)
  let folder: string
  let base: ComposeRequest['base']
  let templates: ComposeRequest['templates']
  const project = (): string => join(folder, 'project')
  const aim = (): {folder: string, file: string} => ({folder: join(folder, 'canary'), file: join(folder, 'canary/secret')})

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'brmc-hostile-'))
    mkdirSync(join(folder, 'canary/below'), {recursive: true})
    for (const path of ['secret', 'evil', 'below/evil', 'passwd']) writeFileSync(join(folder, 'canary', path), `${SECRET}\n`)
    base = await writeSmallBase(join(folder, 'bases'))
    templates = await readTemplates()
  })

  after(() => { rmSync(folder, {recursive: true, force: true}) })

  /** A project with nothing of its own; what brmc generates is as small as it may be. */
  function startProject(overlays: readonly string[], root: 'ram' | 'ext4'): void {
    for (const path of ['router', 'deployments/default']) mkdirSync(join(project(), 'br2-external/overlays', path), {recursive: true})
    mkdirSync(join(project(), 'br2-external/board/common'), {recursive: true})
    writeFileSync(join(project(), 'br2-external/board/common/device_table.txt'), '/dev d 755 0 0 - - - - -\n')
    writeFileSync(join(project(), 'brmc.yaml'), specOf(overlays, root))
  }

  const specOf = (overlays: readonly string[], root: 'ram' | 'ext4'): string => `version: 1
name: hostile
board: virt
root: ${root}
system: {hostname: hostile}
interfaces: {eth0: {role: downstream, address: 10.1.0.1/24}}
overlays: ${JSON.stringify(overlays)}
`

  async function compose(): Promise<ComposedImage> {
    const opened = await openProject(project())
    const [chosen] = chooseDeployments(opened, [])
    if (!chosen) throw new Error('there is one deployment')
    return composeImage({
      ...chosen, project: opened, base, templates, run, hash: false, signal: new AbortController().signal,
      target: join(project(), 'build/images/default/sdcard.img'),
    })
  }

  async function judgeImage({target, manifest: {partitions, spec}}: ComposedImage): Promise<void> {
    expect(judge('/usr/bin/python3', [FIND_IN_SPARSE, SECRET, target])).to.include({status: 0, stdout: '0\n'})
    if (spec.root === 'ext4') {
      const {status, stdout} = judge('e2fsck', ['-f', '-n', `${target}?offset=${(partitions[1]?.firstSector ?? 0) * 512}`])
      expect(status, stdout).to.equal(0)
      return
    }

    const read = readBootFileOf(target)
    for (const archive of ['root.cpio', 'layers.cpio', 'site.cpio']) {
      const {status, stdout} = spawnSync('cpio', ['--list', '--quiet', '--null'], {input: await read(archive) ?? Buffer.alloc(0), encoding: 'latin1', maxBuffer: 1 << 26})
      const names = stdout.split('\n')
      expect(names.filter(name => name.startsWith('/') || name.split('/').includes('..')), archive).to.deep.equal([])
      if (await read(archive)) expect(status, archive).to.equal(0)
    }
  }

  it(`${RUNS} generated ones write nothing outside the output, and end with a card or a code`, async () => {
    const outcomes = new Map<string, number>()
    const before = process.memoryUsage.rss()
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = new Random(seed)
      const [title, attack] = attacks[seed % attacks.length] ?? random.of(attacks)
      rmSync(project(), {recursive: true, force: true})
      mkdirSync(project())
      const overlays = attack(project(), random, aim())
      startProject(overlays, random.of(['ram', 'ext4']))
      const state = stateBelow(folder)
      let outcome = 'composed'
      try {
        const composed = await compose().catch((error: unknown) => asBrmcError(error))
        if (composed instanceof Error) {
          outcome = composed.code
          expectWords(composed)
        } else await judgeImage(composed)
        expect(stateBelow(folder)).to.deep.equal(state)
        expect(leftIn(join(project(), 'build'))).to.deep.equal(outcome === 'composed' ? ['sdcard.img', 'sdcard.img.json'] : [])
      } catch (error) {
        throw new Error(`seed ${seed} (${title}): ${error instanceof Error ? error.message : String(error)}`, {cause: error})
      }

      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }

    console.log(`      ${[...outcomes].sort().map(([outcome, count]) => `${outcome} ${count}`).join(', ')}; memory grew by ${Math.round((process.memoryUsage.rss() - before) / MIB)} MiB`)
    expect(outcomes.get('composed')).to.be.above(50)
    expect(outcomes.get('OVERLAY_INVALID')).to.be.above(100)
    expect(process.memoryUsage.rss() - before).to.be.below(400 * MIB)
  })

  it('the command itself ends with a status and with words', async () => {
    rmSync(project(), {recursive: true, force: true})
    mkdirSync(project())
    startProject([], 'ext4')
    rmSync(join(project(), 'br2-external'), {recursive: true})
    expect((await brmc(['generate'], {cwd: project()})).status).to.equal(0)
    const seen = []
    for (const wanted of ['names that go up', 'a link out, and a member below it', 'a hard link out', 'an archive that was cut short', 'an overlay that is a link out', 'what is no file']) {
      const seed = attacks.findIndex(([title]) => title === wanted)
      rmSync(join(project(), 'overlays'), {recursive: true, force: true})
      const overlays = attacks[seed]?.[1](project(), new Random(seed), aim()) ?? []
      writeFileSync(join(project(), 'brmc.yaml'), specOf(overlays, 'ext4'))
      const state = stateBelow(join(folder, 'canary'))
      const {status, stdout, stderr} = await brmc(['overlay', 'ls'], {cwd: project()})
      expect(status, `${wanted}: ${stderr}`).to.be.oneOf([10, 34])
      expect(`${stdout}${stderr}`).to.not.match(/^\s+at .*:\d+/m)
      expect(stateBelow(join(folder, 'canary'))).to.deep.equal(state)
      seen.push(status)
    }

    expect(new Set(seen)).to.deep.equal(new Set([10, 34]))
  })

  for (const tool of ['gzip', 'xz', 'zstd'] as const) {
    it(`a bomb of ${tool} goes no further than the limit`, async () => {
      rmSync(project(), {recursive: true, force: true})
      const scratch = join(project(), 'scratch')
      mkdirSync(scratch, {recursive: true})
      const bomb = join(project(), `bomb.tar.${{gzip: 'gz', xz: 'xz', zstd: 'zst'}[tool]}`)
      writeFileSync(bomb, spawnSync(tool, ['-c', '-1'], {input: Buffer.alloc(200 * MIB), maxBuffer: 1 << 27}).stdout)
      const error: unknown = await readTarLayer(bomb, {scratch, run, limit: 20 * MIB}).catch((cause: unknown) => cause)
      expect(error).to.have.property('code', 'OVERLAY_INVALID')
      expect((error as BrmcError).message).to.include(`unpacks to more than ${20 * MIB} bytes`)
      for (const name of readdirSync(scratch)) expect(lstatSync(join(scratch, name)).size).to.be.at.most(20 * MIB)
    })
  }
})

/** In words: a code that means something, and nothing of how brmc is built. */
function expectWords({code, message, details}: BrmcError): void {
  expect(code, message).to.not.equal('INTERNAL')
  expect([message, ...details].filter(line => /^\s+at .*:\d+/.test(line))).to.deep.equal([])
}

/** A line for each thing below `folder`, but for what composing may write. */
function stateBelow(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), {encoding: 'buffer'}).flatMap(bytes => {
    const name = bytes.toString('latin1')
    const path = `${below}/${name}`
    // brmc's own: the base's archive is made once, beside it.
    if (path === '/project/build' || path === '/bases') return []
    const file = Buffer.concat([Buffer.from(`${folder}${below}/`, 'latin1'), bytes])
    const {mode, size, mtimeMs, ino} = lstatSync(file)
    const line = [path, mode, path === '/project' ? '' : mtimeMs, ino].join(' ')
    switch (mode & 0o170000) {
      case 0o040000: return [line, ...stateBelow(folder, path)]
      case 0o120000: return [`${line} ${readlinkSync(file, 'latin1')}`]
      case 0o100000: return [`${line} ${size} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`]
      default: return [line]
    }
  })
}

const leftIn = (folder: string): string[] => {
  try {
    return readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => !entry.isDirectory() || entry.name.startsWith('.')).map(({name}) => name).sort()
  } catch {
    return []
  }
}
