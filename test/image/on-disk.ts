import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** A folder of a test's own; gone after each test. */
export function ownFolder(name: string): () => string {
  let folder = ''
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), `brmc-${name}-`)) })
  afterEach(() => { rmSync(folder, {recursive: true, force: true}) })
  return () => folder
}

/** Runs a tool that judges; a missing one throws. */
export function judge(file: string, args: readonly string[], env: Record<string, string> = {}): {status: number | null, stdout: string, stderr: string} {
  const {error, status, stdout, stderr} = spawnSync(file, args, {
    encoding: 'utf8',
    env: {...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, TZ: 'UTC', LC_ALL: 'C.UTF-8', ...env},
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) throw error
  return {status, stdout, stderr}
}
