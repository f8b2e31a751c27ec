import {Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {run} from '../process/run.js'
import {checkTools, type ToolState} from '../process/tools.js'
import {askRouter, formatRouterReport, type RouterReport} from '../workflow/ask-router.js'

export default class Doctor extends BaseCommand {
  static override summary = 'Look whether this machine has what brmc needs, or what is wrong on a router'
  static override description = 'With --router it runs `mroute doctor` there over ssh, as root: daemon, interfaces, rules, and what becomes of the packets that pass for two seconds, the likeliest cause first. Exit status 40 where something is wrong there.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --router 192.168.2.1', '<%= config.bin %> <%= command.id %> --router mcast-router --ssh-option Port=2222 --json']
  static override flags = {
    router: Flags.string({summary: 'Ask this router, as ssh names it', helpValue: '<host>'}),
    'ssh-option': Flags.string({summary: 'Option for ssh, as after its -o; may be given more than once', helpValue: '<Name=value>', multiple: true, dependsOn: ['router']}),
  }

  async run(): Promise<{tools: ToolState[]} | RouterReport> {
    const {flags} = await this.parse(Doctor)
    return flags.router === undefined ? this.lookHere() : this.ask(flags.router, flags['ssh-option'] ?? [])
  }

  private async ask(host: string, sshOptions: readonly string[]): Promise<RouterReport> {
    const report = await askRouter({host, sshOptions}, {run, signal: this.signal})
    this.log(formatRouterReport(report, {host, colour: this.colour}))
    if (!report.healthy) this.endWith('EXPECTATION_FAILED')
    return report
  }

  private async lookHere(): Promise<{tools: ToolState[]}> {
    const tools = await checkTools(run)
    for (const tool of tools) {
      const what = `${tool.name} ${tool.version ?? ''}`.trim()
      this.log(`${tool.state === 'ok' ? '✔' : '✖'} ${what.padEnd(32)} ${tool.state === 'ok' ? '' : `${tool.state}${tool.minimum === undefined ? '' : ` (at least ${tool.minimum})`}: `}for ${tool.neededFor}`)
    }

    const lacking = tools.filter(tool => tool.state !== 'ok')
    if (lacking.length > 0) {
      this.log(`\nOn Debian: apt-get install --no-install-recommends ${lacking.map(tool => tool.package).join(' ')}`)
      this.endWith(lacking.some(tool => tool.state === 'missing') ? 'TOOL_MISSING' : 'TOOL_TOO_OLD')
    }

    return {tools}
  }
}
