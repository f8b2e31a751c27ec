import {execFile} from 'node:child_process'
import {readFile, writeFile} from 'node:fs/promises'
import {promisify} from 'node:util'

import {Config} from '@oclif/core'
import {expect} from 'chai'

import {EXIT_CODES} from '../../src/errors.js'
import {deploymentJsonSchema, jsonSchema, overlayMetaJsonSchema} from '../../src/spec/json-schema.js'

const ROOT = new URL('../../', import.meta.url)
const at = (path: string) => new URL(path, ROOT)

/** What others build on: a change here is a visible diff and a line in the changelog. */
const surfaces: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['commands', commandsAndFlags],
  ['exit-codes', () => Promise.resolve(EXIT_CODES)],
  ['brmc.schema', () => Promise.resolve(jsonSchema())],
  ['deployment.schema', () => Promise.resolve(deploymentJsonSchema())],
  ['overlay-meta.schema', () => Promise.resolve(overlayMetaJsonSchema())],
]

async function commandsAndFlags(): Promise<unknown> {
  // The manifest that the build wrote: what is shipped.
  const config = await Config.load({root: at('.').pathname})
  return config.commands.map(({id, args, flags}) => ({
    id,
    args: Object.keys(args),
    flags: Object.entries(flags).map(([name, flag]) => `${name} (${flag.type})`).sort(),
  })).sort((a, b) => a.id < b.id ? -1 : 1)
}

describe('what others build on', () => {
  for (const [name, actual] of surfaces) {
    it(`${name} is as in test/golden/contract/${name}.json`, async () => {
      const text = `${JSON.stringify(await actual(), null, 2)}\n`
      const golden = at(`test/golden/contract/${name}.json`)
      if (process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] === undefined) await writeFile(golden, text)
      expect(text).to.equal(await readFile(golden, 'utf8'))
    })
  }

  it('the README has the commands as they are (npm run docs)', async () => {
    const {stdout} = await promisify(execFile)('npm', ['run', '--silent', 'docs', '--', '--dry-run'], {cwd: at('.').pathname})
    const commands = (text: string) => text.slice(text.indexOf('<!-- commands -->\n'), text.indexOf('<!-- commandsstop -->'))
    expect(commands(stdout)).to.not.equal('')
    expect(commands(await readFile(at('README.md'), 'utf8'))).to.equal(commands(stdout))
  })

  it('the README has every exit status', async () => {
    const readme = await readFile(at('README.md'), 'utf8')
    for (const [code, status] of Object.entries(EXIT_CODES)) expect(readme).to.match(new RegExp(`\\| ${status} \\| ${code} \\|`))
  })
})
