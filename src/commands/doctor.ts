import {BaseCommand} from '../base-command.js'
import {run} from '../process/run.js'
import {checkTools, type ToolState} from '../process/tools.js'

export default class Doctor extends BaseCommand {
  static override summary = 'Look whether this machine has what brmc needs'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<{tools: ToolState[]}> {
    await this.parse(Doctor)
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
