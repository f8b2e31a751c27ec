import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {runImage} from '../workflow/prove-image.js'

export default class Run extends BaseCommand {
  static override summary = 'Boot an image in QEMU with its console on this terminal'
  static override description = 'Virtual hosts sit behind its interfaces, so that DHCP and pings work. Ctrl-A X ends it. Nothing is written to the image.'
  static override enableJsonFlag = false
  static override args = {image: Args.string({description: 'Path of an image, or name of a deployment', default: 'default'})}
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> lab --machine raspi3b']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    machine: Flags.option({summary: 'Emulated machine', options: ['virt', 'raspi3b'] as const, default: 'virt' as const})(),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Run)
    await runImage({image: args.image, folder: flags.project, machine: flags.machine, reporting: this.reporting})
  }
}
