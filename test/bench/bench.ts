import {execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {benchCustomize} from './customize.js'
import {benchImageRound, makeImageBenchInputs} from './image.js'
import {benchReceivers, benchRouting} from './routing.js'

/** Ratios within one run: each row's commands take turns, medians are compared. Nothing fails here; docs/decisions.md says what the numbers mean. */
const ROUNDS = 7
const COMPOSE_ONCE = fileURLToPath(new URL('compose-once.ts', import.meta.url))
const BRMC = `node ${fileURLToPath(new URL('../../bin/run.js', import.meta.url))}`

interface Cost {
  /** Seconds. */
  wall: number
  /** User and system time of the command and all it started, seconds. */
  cpu: number
}

function cost(command: string, cwd: string): Cost {
  const started = process.hrtime.bigint()
  // The last line of bash's `times` is what its children took.
  const output = execFileSync('bash', ['-c', `${command} >/dev/null 2>&1 || exit 1; times`], {cwd, encoding: 'utf8'})
  const wall = Number(process.hrtime.bigint() - started) / 1e9
  const cpu = [...(output.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
  return {wall, cpu}
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Runs the commands in turn, a warm-up first. */
function compare<Name extends string>(commands: Record<Name, string>, cwd: string): Record<Name, Cost> {
  const names = Object.keys(commands) as Name[]
  const costs = Object.fromEntries(names.map(name => [name, [] as Cost[]])) as Record<Name, Cost[]>
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of names) {
      const measured = cost(commands[name], cwd)
      if (round > 0) costs[name].push(measured)
    }
  }

  const medians = names.map(name => [name, {wall: median(costs[name].map(({wall}) => wall)), cpu: median(costs[name].map(({cpu}) => cpu))}])
  return Object.fromEntries(medians) as Record<Name, Cost>
}

const rows: string[][] = []
const row = (what: string, measured: number, reference: number, goal: string): void => {
  rows.push([what, `${measured.toFixed(3)} s`, `${reference.toFixed(3)} s`, `${(measured / reference).toFixed(1)} x`, goal])
}

const folder = mkdtempSync(join(tmpdir(), 'brmc-bench-'))
try {
  const project = join(folder, 'router')
  execFileSync('bash', ['-c', `${BRMC} init ${project} --country US && cd ${project} && ${BRMC} image`], {cwd: folder, stdio: ['ignore', 'ignore', 'inherit']})
  const start = compare({node: 'node -e 0', help: `${BRMC} --help`, check: `${BRMC} check`}, project)
  row('brmc --help, wall, against node -e 0', start.help.wall, start.node.wall, '0.25 s')
  row('brmc check, wall, against node -e 0', start.check.wall, start.node.wall, '0.4 s')

  for (const root of ['ext4', 'ram']) {
    const name = `second-${root}`
    writeFileSync(join(project, `deployments/${name}.yaml`), `root: ${root}\nsystem: {hostname: ${name}}\n`)
    execFileSync('bash', ['-c', `${BRMC} image ${name}`], {cwd: project, stdio: 'ignore'})
    const image = `build/images/${name}/sdcard.img`
    const inputs = 'build/bases/*/rootfs.tar build/bases/*/boot/* br2-external/overlays/router/etc/*.d/* brmc.yaml'
    const base = readdirSync(join(project, 'build/bases')).map(key => join(project, 'build/bases', key))[0] ?? ''
    const measured = compare({
      limit: `cp --sparse=always ${image} ${image}.copy && cat ${inputs}`,
      image: `${BRMC} image ${name}`,
    }, project)
    const alone = median(Array.from({length: ROUNDS}, () => Number(execFileSync(process.execPath, ['--import', 'tsx', COMPOSE_ONCE, project, name, base], {encoding: 'utf8'}).split(' ')[0])))
    rmSync(join(project, `${image}.copy`))
    const {size, blocks} = statSync(join(project, image))
    row(`another deployment, ${root} (${Math.round(size / 2 ** 20)} MiB, ${Math.round(blocks / 2048)} written): composing, CPU, against L`, alone, measured.limit.cpu, '3 x')
    row('  brmc image, whole process with Node, CPU, against L', measured.image.cpu, measured.limit.cpu, '')
    row('  brmc image, whole process with Node, wall, against L', measured.image.wall, measured.limit.wall, '')
  }

  const large = mkdtempSync(join(folder, 'large-'))
  const inputs = await makeImageBenchInputs(large)
  const first = await benchImageRound(inputs, large)
  row(`a root of 11,788 entries (${Math.round(inputs.size / 2 ** 20)} MiB of inputs): composing, CPU, against L`, first.compose / 1000, first.limit / 1000, '3 x')
  const changed = benchCustomize(join(large, 'sdcard.img'), {brmc: BRMC, folder: large, rounds: ROUNDS})
  row('  brmc customize of it, whole process, wall, against cp --sparse=always', changed.customize, changed.copy, '1.3 x + 0.4 s')
  rows.push(['  its largest process', `${Math.round(changed.memory)} MiB`, '', '', '200 MiB'])

  const routing = await benchRouting(median)
  row('31 interfaces: no packets while the daemon is killed and starts, 1,001 lines, against two', routing.pauseWithAllLines, routing.pauseWithTwoLines, '2 s')
  row('  10,000 packets flat out, to 5,000 groups of one range, against one group', routing.toManyGroups, routing.toOneGroup, '')
  for (const {packets, lost} of routing.newGroups) rows.push([`  lost of ${packets} packets of new groups at 1,000 packets/s`, String(lost), '', '', '0'])
  for (const [daemon, measured] of Object.entries(await benchReceivers())) {
    const seconds = (of: 'first' | 'last'): string => `${median(measured.map(one => one[of] ?? Infinity)).toFixed(3)} s`
    rows.push([`${daemon}: from joining to the first packet`, seconds('first'), '', '', '0.1 s'], [`${daemon}: from leaving to the last packet`, seconds('last'), '', '', '5 s'])
  }
} finally {
  rmSync(folder, {recursive: true, force: true})
}

const heading = ['what', 'measured', 'reference', 'ratio', 'goal']
const widths = heading.map((text, column) => Math.max(text.length, ...rows.map(cells => cells[column]?.length ?? 0)))
for (const cells of [heading, ...rows]) console.log(cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
