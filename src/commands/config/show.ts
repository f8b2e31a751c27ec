import {Args, Flags} from '@oclif/core'
import {stringify} from 'yaml'

import {BaseCommand} from '../../base-command.js'
import {explain, formatExplanation, type ExplainedValue} from '../../spec/explain.js'
import type {Spec} from '../../spec/schema.js'
import {secretTag} from '../../spec/secret-reference.js'
import {withSecretsNamed} from '../../spec/without-secrets.js'
import {chooseDeployments, openProject} from '../../workflow/open-project.js'

export default class ConfigShow extends BaseCommand {
  static override summary = 'Show what a deployment comes to: defaults filled in, files merged, secrets withheld'
  static override args = {deployment: Args.string({description: 'Name of a file below deployments/', default: 'default'})}
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> lab --explain', '<%= config.bin %> <%= command.id %> lab --json']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    explain: Flags.boolean({summary: 'Tell for each value which file set it, and what it took the place of'}),
  }

  async run(): Promise<Spec | {values: ExplainedValue[]}> {
    const {args, flags} = await this.parse(ConfigShow)
    const [chosen] = chooseDeployments(await openProject(flags.project), [args.deployment])
    if (!chosen) throw new Error('one name, one deployment')
    const spec = withSecretsNamed(chosen.spec, chosen.secrets)
    if (flags.explain) {
      const values = explain(spec, chosen.merged)
      this.log(formatExplanation(values, {columns: process.stdout.columns}))
      return {values}
    }

    this.log(stringify(spec, {customTags: [secretTag]}).trimEnd())
    return spec
  }
}
