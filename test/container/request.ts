import {chmod, mkdir, mkdtemp, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {WorkshopRequest} from '../../src/container/workshop.js'
import type {LabEngine} from '../lab/dockerd.js'

/** A folder with what a build reads, laid out in it; readable by everybody. */
export async function exampleInputs(): Promise<{root: string, inputs: WorkshopRequest['inputs'], scratch: string}> {
  const root = await mkdtemp(join(tmpdir(), 'brmc-workshop-'))
  await chmod(root, 0o755)
  const at = async (name: string): Promise<string> => {
    const folder = join(root, name)
    await mkdir(folder)
    await writeFile(join(folder, `in ${name}.txt`), `${name}\n`)
    return folder
  }
  const inputs = {
    buildroot: await at('buildroot'), tree: await at('tree'), settings: await at('settings'), overrides: {smcroute: await at('odd, "name": here')},
  }
  return {root, inputs, scratch: await at('scratch')}
}

/** A request for a workshop in `image`, with volumes named after `name`. */
export function request(
  {inputs, scratch}: {inputs: WorkshopRequest['inputs'], scratch: string}, {name: engine, environment, user, programs}: Omit<LabEngine, 'call' | 'remove'>,
  {name, image, signal = new AbortController().signal}: {name: string, image: string, signal?: AbortSignal},
): WorkshopRequest {
  return {
    engine,
    inputs,
    stores: {output: {volume: `${name}-output`}, downloads: {volume: `${name}-downloads`}, ccache: {volume: `${name}-ccache`}},
    builder: {dockerfile: 'ARG BASE=scratch\nFROM ${BASE}\n', files: new Map(), base: image},
    scratch,
    user,
    environment,
    programs,
    signal,
  }
}
