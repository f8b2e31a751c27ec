import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import type {Report} from '../emulator/report.js'
import {proveImage} from '../workflow/prove-image.js'

export default class Test extends BaseCommand {
  static override summary = 'Boot an image in QEMU and prove with real packets that it routes what the file says'
  static override description = 'A virtual host sits behind every interface and judges from outside. Exit status 40 where an expectation is not met. Needs no root rights; the report and one pcap file for each wire are kept beside the image.'
  static override args = {image: Args.string({description: 'Path of an image, or name of a deployment', default: 'default'})}
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> lab --machine raspi3b',
    '<%= config.bin %> <%= command.id %> --kill-daemon --replug usb0',
    '<%= config.bin %> <%= command.id %> release/sdcard.img --against lisbon --json',
  ]

  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    against: Flags.string({summary: 'Hold the image against this deployment, not the one it was made from', helpValue: '<deployment>'}),
    machine: Flags.option({summary: 'Emulated machine: virt is fast; raspi3b is the board, slower', options: ['virt', 'raspi3b'] as const, default: 'virt' as const})(),
    'kill-daemon': Flags.boolean({summary: 'Also kill the routing daemon ten times while packets flow: it must route again within 2 s'}),
    replug: Flags.string({summary: 'Also pull this card and plug it in again, ten times, as a USB card; may be given more than once', helpValue: '<interface>', multiple: true, multipleNonGreedy: true}),
    timeout: Flags.integer({summary: 'Seconds the guest may take to boot', default: 120, min: 5, max: 3600, helpValue: '<seconds>'}),
  }

  async run(): Promise<Report & {evidence: string}> {
    const {args, flags} = await this.parse(Test)
    const {report, text, evidence} = await proveImage({
      image: args.image,
      folder: flags.project,
      ...flags.against !== undefined && {against: flags.against},
      machine: flags.machine,
      timeoutSeconds: flags.timeout,
      ...(flags['kill-daemon'] || flags.replug !== undefined) && {disturbances: {killDaemon: flags['kill-daemon'], replug: [...new Set(flags.replug)]}},
      reporting: this.reporting,
    })
    this.log(text.trimEnd())
    this.log(`Evidence: ${evidence}`)
    if (!report.passed) this.endWith('EXPECTATION_FAILED')
    return {...report, evidence}
  }
}
