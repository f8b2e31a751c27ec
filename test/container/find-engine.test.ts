import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {findEngine} from '../../src/container/find-engine.js'
import {BrmcError} from '../../src/errors.js'
import {runInTerminal} from '../../src/process/run-in-terminal.js'
import {run} from '../../src/process/run.js'

const DEAD = 'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; echo null; exit 1'
const ALIVE = 'echo \'"28.2.2"\''

describe('the engine', () => {
  let folder: string

  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'brmc-engines-')) })
  afterEach(async () => { await rm(folder, {recursive: true}) })

  /** Programs of these names in a PATH of their own, and what is found there. */
  async function found(engine: 'auto' | 'docker' | 'podman', programs: Record<string, string>): Promise<string | BrmcError> {
    for (const [name, body] of Object.entries(programs)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`)
      await chmod(join(folder, name), 0o755)
    }

    const environment = {PATH: folder, HOME: folder}
    return findEngine({engine, environment, programs: {run, runInTerminal}, signal: new AbortController().signal}).then(({name}) => name, (error: unknown) => {
      if (error instanceof BrmcError) return error
      throw error
    })
  }

  const CASES: readonly [string, 'auto' | 'docker' | 'podman', Record<string, string>, string][] = [
    ['docker before podman', 'auto', {docker: ALIVE, podman: ALIVE}, 'docker'],
    ['podman where docker is not installed', 'auto', {podman: ALIVE}, 'podman'],
    ['podman where docker does not answer', 'auto', {docker: DEAD, podman: ALIVE}, 'podman'],
    ['the one that was asked for', 'podman', {docker: ALIVE, podman: ALIVE}, 'podman'],
  ]
  for (const [title, engine, programs, expected] of CASES) it(`is ${title}`, async () => { expect(await found(engine, programs)).to.equal(expected) })

  it('is missing, and all ways out are told', async () => {
    const error = await found('auto', {})
    if (!(error instanceof BrmcError)) throw new Error('an engine was found')
    expect([error.code, error.details]).to.deep.equal(['ENGINE_UNAVAILABLE', ['docker: docker is not installed', 'podman: podman is not installed']])
    expect(error.suggestions.join()).to.match(/docker\.io.*podman uidmap/)
  })

  it('is installed and dead: that way out alone is told', async () => {
    const error = await found('auto', {docker: DEAD})
    if (!(error instanceof BrmcError)) throw new Error('an engine was found')
    expect(error.details[0]).to.equal('docker: the docker daemon does not answer: it is not running, or not where docker looks for it')
    expect(error.suggestions.join()).to.match(/systemctl start docker/).and.not.match(/apt-get install/)
  })

  it('that was asked for is missing', async () => {
    const error = await found('docker', {podman: ALIVE})
    if (!(error instanceof BrmcError)) throw new Error('an engine was found')
    expect([error.code, error.message]).to.deep.equal(['ENGINE_UNAVAILABLE', 'docker is not installed'])
  })
})
