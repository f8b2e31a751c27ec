import {Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import type {Finding} from '../spec/finding.js'
import {formatFindings} from '../spec/format-findings.js'
import {checkLayers} from '../workflow/check-layers.js'
import {findingsOfInventory} from '../workflow/fleet/make-fleet.js'
import {readAndCheck} from '../workflow/open-project.js'

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export default class Check extends BaseCommand {
  static override summary = 'Find everything in the project that would go wrong'
  static override description = 'All findings at once, each with its place, what was seen to go wrong in practice, and the fix. Exit status 10 where one of them is an error.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --strict --json']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    'without-secrets': Flags.boolean({summary: 'Ask no source for secrets: check all but their values, as CI can'}),
    strict: Flags.boolean({summary: 'Let warnings count as errors'}),
    inventory: Flags.string({summary: 'Also every site of this CSV or JSON file (-: standard input)', helpValue: '<file>'}),
  }

  async run(): Promise<{findings: readonly Finding[], errors: number, warnings: number}> {
    const {flags} = await this.parse(Check)
    const secrets = flags['without-secrets'] ? 'stand-ins' : 'values'
    const project = await readAndCheck(flags.project, secrets)
    const {text} = project
    const checked = await checkLayers(project, this.signal)
    const isSound = !checked.findings.some(({severity}) => severity === 'error')
    // What sites lie over has to be right first.
    const inventory = flags.inventory === undefined || !isSound ? undefined
      : await findingsOfInventory({folder: flags.project, inventory: flags.inventory, secrets, reporting: this.reporting})
    const findings = [...checked.findings, ...inventory?.findings ?? []]
    const texts = inventory?.texts ?? checked.texts
    const errors = findings.filter(({severity}) => severity === 'error').length
    const warnings = findings.length - errors
    if (findings.length > 0) this.log(formatFindings(findings, {texts, colour: this.colour, columns: process.stdout.columns}))
    this.log(findings.length === 0
      ? `${text.project.file}: no findings (deployments: ${checked.deployments.map(({name}) => name).join(', ')}${inventory ? `; ${counted(inventory.sites, 'site')} of ${flags.inventory ?? ''}` : ''})`
      : `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`)
    if (errors > 0 || (flags.strict && warnings > 0)) this.endWith('SPEC_INVALID')
    return {findings, errors, warnings}
  }
}
