import {execFileSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

export interface CustomizeBench {
  /** Seconds, medians. */
  customize: number
  copy: number
  /** Resident set of the largest process among them, MiB. */
  memory: number
}

/**
 * The whole process `brmc customize` with a small overlay, against `cp --sparse=always` of the same image, in turn; a warm-up first. `image` has an ext4 root.
 * @param brmc command line of the built program
 */
export function benchCustomize(image: string, {brmc, folder, rounds}: {brmc: string, folder: string, rounds: number}): CustomizeBench {
  const overlay = join(folder, 'customize-overlay')
  mkdirSync(join(overlay, 'etc/site'), {recursive: true})
  for (let index = 0; index < 20; index++) writeFileSync(join(overlay, 'etc/site', `file-${index}`), `${index}\n`.repeat(100 * index))
  const measured = {customize: [] as number[], copy: [] as number[]}
  const commands = {
    customize: `${brmc} customize ${image} --overlay ${overlay} -o ${join(folder, 'customized.img')}`,
    copy: `cp --sparse=always ${image} ${join(folder, 'copied.img')}`,
  }
  for (let round = 0; round <= rounds; round++) {
    for (const name of ['customize', 'copy'] as const) {
      const seconds = wallOf(commands[name], folder)
      if (round > 0) measured[name].push(seconds)
    }
  }

  return {customize: median(measured.customize), copy: median(measured.copy), memory: memoryOf(commands.customize, folder)}
}

function wallOf(command: string, cwd: string): number {
  const started = process.hrtime.bigint()
  execFileSync('bash', ['-c', `rm -f customized.img copied.img; ${command}`], {cwd, stdio: 'ignore'})
  return Number(process.hrtime.bigint() - started) / 1e9
}

/** As the kernel counted it for the largest process of them all (getrusage(2), RUSAGE_CHILDREN). */
function memoryOf(command: string, cwd: string): number {
  const script = ['import resource, subprocess, sys', 'subprocess.run(sys.argv[1], shell=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)',
    'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)'].join('; ')
  return Number(execFileSync('/usr/bin/python3', ['-c', script, command], {cwd, encoding: 'utf8'})) / 1024
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
