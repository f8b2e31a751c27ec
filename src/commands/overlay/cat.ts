import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {readRootFile} from '../../workflow/read-root-file.js'

export default class OverlayCat extends BaseCommand {
  static override summary = 'Print a file of a deployment as it will be on the router, secrets hidden'
  static override args = {
    deployment: Args.string({description: 'Name of a deployment', required: true}),
    path: Args.string({description: 'Path on the router', required: true}),
  }
  static override examples = ['<%= config.bin %> <%= command.id %> lisbon /etc/smcroute.conf']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<{path: string, layer: string, text: string}> {
    const {args, flags} = await this.parse(OverlayCat)
    const file = await readRootFile(flags.project, {deployment: args.deployment, path: args.path}, this.signal)
    this.log(file.text.replace(/\n$/, ''))
    return file
  }
}
