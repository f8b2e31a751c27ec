import {readdirSync, readFileSync} from 'node:fs'

import {expect} from 'chai'
import {parseDocument} from 'yaml'
import {z} from 'zod'

import {BOARD_NAMES} from '../../src/boards/boards.js'
import {run} from '../../src/process/run.js'

const FOLDER = '.github/workflows'
/** Of GitHub's documentation, "Workflow syntax": a name that is misspelt is an error there, and only there. */
const Step = z.strictObject({
  'name': z.string().optional(), 'id': z.string().optional(), 'if': z.string().optional(), 'uses': z.string().optional(), 'run': z.string().optional(),
  'with': z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(), 'env': z.record(z.string(), z.string()).optional(),
  'timeout-minutes': z.number().optional(), 'continue-on-error': z.boolean().optional(),
}).refine(({uses, run: script}) => (uses === undefined) !== (script === undefined), 'a step either uses or runs')
const Job = z.strictObject({
  'runs-on': z.string().regex(/^ubuntu-\d\d\.\d\d$/), 'timeout-minutes': z.int().max(360),
  'container': z.strictObject({image: z.string(), options: z.string().optional()}).optional(),
  'strategy': z.strictObject({'fail-fast': z.boolean(), 'matrix': z.record(z.string(), z.array(z.union([z.string(), z.number()])))}).optional(),
  'env': z.record(z.string(), z.string()).optional(), 'steps': z.array(Step).min(1),
})
const Workflow = z.strictObject({
  name: z.string(), on: z.record(z.enum(['push', 'pull_request', 'workflow_dispatch', 'schedule']), z.unknown().optional()),
  permissions: z.strictObject({contents: z.literal('read')}),
  concurrency: z.strictObject({'group': z.string(), 'cancel-in-progress': z.boolean()}).optional(),
  jobs: z.record(z.string(), Job),
})

const workflows = readdirSync(FOLDER).map(name => {
  const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
  const document = parseDocument(text, {strict: true, uniqueKeys: true})
  return {name, text, errors: document.errors, content: document.toJS() as unknown}
})

for (const {name, text, errors, content} of workflows) {
  describe(`the workflow ${name}`, () => {
    const steps = (): z.output<typeof Step>[] => Object.values(Workflow.parse(content).jobs).flatMap(job => job.steps)

    it('is YAML, says only what GitHub knows, and may do no more than read', () => {
      expect(errors).to.deep.equal([])
      expect(Workflow.safeParse(content).error?.issues).to.equal(undefined)
      expect(text).not.to.match(/\bsecrets\./)
    })

    it('pins every action by commit, with its version beside it', () => {
      const uses = text.split('\n').filter(line => /\buses:/.test(line))
      expect(uses.length).to.equal(steps().filter(step => step.uses !== undefined).length).and.to.be.above(0)
      for (const line of uses) expect(line).to.match(/uses: [\w-]+\/[\w-]+(\/[\w-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      // One version of each: what is fixed in one place is fixed in all.
      const commits = new Map(workflows.flatMap(other => [...other.text.matchAll(/uses: ([\w-]+\/[\w-]+)[^@]*@(\w+)/g)].map(([, action, commit]) => [`${action}@${commit}`, action])))
      expect(new Set(commits.values()).size).to.equal(commits.size)
    })

    it('has scripts that bash reads and shellcheck finds nothing in, and no ${{ }} in them, which would become part of their text', async () => {
      const scripts = steps().flatMap(step => step.run ?? [])
      expect(scripts).not.to.be.empty
      for (const script of scripts) {
        expect(script).not.to.include('${{')
        await run('bash', ['-n'], {input: script})
        await run('shellcheck', ['--shell=bash', '-'], {input: `set -e\n${script}`})
      }
    })
  })
}

describe('the workflow image.yml', () => {
  const image = (): z.output<typeof Job> => {
    const {image: job} = Workflow.parse(workflows.find(({name}) => name === 'image.yml')?.content).jobs
    return job ?? expect.fail()
  }

  it('builds every board there is', () => {
    expect(image().strategy?.matrix['board']).to.have.members([...BOARD_NAMES]).and.to.have.length(BOARD_NAMES.length)
  })

  it('calls brmc with commands and flags that it has', () => {
    const calls = image().steps.flatMap(step => [...(step.run ?? '').matchAll(/node bin\/run\.js (\w+(?: export)?)([^\n>]*)/g)])
    expect(calls.map(([, command]) => command)).to.deep.equal(['init', 'image', 'explain', 'test', 'base export'])
    const known = JSON.parse(readFileSync('test/golden/contract/commands.json', 'utf8')) as {id: string, flags: string[]}[]
    for (const [, command = '', rest = ''] of calls) {
      const flags = known.find(({id}) => id === command.replace(' ', ':'))?.flags.map(flag => `--${flag.replace(/ .*/, '')}`)
      expect(flags, command).to.include.members([...rest.matchAll(/--[a-z-]+/g)].map(([flag]) => flag))
    }
  })

  it('asks of the file of a new project what is in it', async () => {
    const script = image().steps.flatMap(step => step.run ?? []).find(text => text.includes('sed -i')) ?? expect.fail()
    const pattern = /sed -i '(.*)' /.exec(script)?.[1] ?? ''
    const {stdout} = await run('sed', [pattern], {input: readFileSync('board/project/brmc.yaml.ejs', 'utf8')})
    expect(stdout).to.match(/^base: buildroot\b/m)
  })
})
