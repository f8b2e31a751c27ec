import {Args} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {explainLog, formatExplained, type ExplainedLog} from '../workflow/explain-log.js'

export default class Explain extends BaseCommand {
  static override summary = 'Say why a build of Buildroot failed, from its log'
  static override description = "Package, step, the lines that matter, and for well-known causes what to do. Takes any log of Buildroot, brmc's or not, of any size, with what CI systems put before each line. Needs no project. Exit status 2 where nothing in it failed."
  static override args = {log: Args.string({description: 'File of the log, or - for standard input', required: true})}
  static override examples = ['<%= config.bin %> <%= command.id %> build.log', 'make 2>&1 | tee build.log | <%= config.bin %> <%= command.id %> -', '<%= config.bin %> <%= command.id %> build.log --json']

  async run(): Promise<ExplainedLog> {
    const {args} = await this.parse(Explain)
    const explained = await explainLog(args.log, {stdin: process.stdin, signal: this.signal})
    this.log(formatExplained(explained))
    if (!explained.failure) this.endWith('USAGE')
    return explained
  }
}
