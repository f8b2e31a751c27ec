import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {BrmcError} from '../errors.js'
import {customizeImage, type CustomizedImage} from '../workflow/customize-image.js'
import {formatChanges} from '../workflow/list-changes.js'
import {sourceDateEpoch} from '../workflow/source-date-epoch.js'

export default class Customize extends BaseCommand {
  static override summary = 'Lay files over a finished image, in a copy of it'
  static override description = 'For any sdcard.img with MBR or GPT, an ext4 root and FAT boot partitions, brmc\'s own or Raspberry Pi OS. The image itself is only read; the changed one appears checked by e2fsck and fsck.fat, or not at all. Needs no root rights. See docs/customize.md.'
  static override args = {image: Args.string({description: 'Path of a finished image', required: true})}
  static override examples = [
    '<%= config.bin %> <%= command.id %> raspios.img --overlay overlays/site -o site.img',
    '<%= config.bin %> <%= command.id %> build/images/default/sdcard.img --deployment lisbon -o lisbon.img',
    '<%= config.bin %> <%= command.id %> raspios.img --overlay site.tar.gz --boot-overlay boot/ -o site.img --json',
  ]

  static override flags = {
    deployment: Flags.string({summary: "Put this deployment in the place of the one that brmc's own image was made of", helpValue: '<name>'}),
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    overlay: Flags.string({summary: 'Folder or archive laid over the root; may be given more than once', helpValue: '<path>', multiple: true, multipleNonGreedy: true, default: []}),
    'boot-overlay': Flags.string({summary: 'The same, laid over the boot partition', helpValue: '<path>', multiple: true, multipleNonGreedy: true, default: []}),
    output: Flags.string({char: 'o', summary: 'The image to write', helpValue: '<file>', required: true}),
    'root-partition': Flags.integer({summary: 'Number of the partition with the root, where there are several with ext4', min: 1, helpValue: '<number>'}),
    'boot-partition': Flags.integer({summary: 'Number of the boot partition, where there are several with FAT', min: 1, helpValue: '<number>'}),
  }

  async run(): Promise<CustomizedImage> {
    const {args, flags} = await this.parse(Customize)
    if (flags.overlay.length + flags['boot-overlay'].length === 0 && flags.deployment === undefined) {
      throw new BrmcError('USAGE', 'nothing to change: neither an overlay nor a deployment is given', {suggestions: ['--overlay <path>, --boot-overlay <path> or --deployment <name>']})
    }

    const customized = await customizeImage({
      image: args.image,
      output: flags.output,
      overlays: flags.overlay,
      bootOverlays: flags['boot-overlay'],
      ...flags.deployment !== undefined && {deployment: {name: flags.deployment, folder: flags.project}},
      ...flags['root-partition'] !== undefined && {rootPartition: flags['root-partition']},
      ...flags['boot-partition'] !== undefined && {bootPartition: flags['boot-partition']},
      ...epochOf(process.env['SOURCE_DATE_EPOCH']),
      reporting: this.reporting,
    })
    this.log(formatChanges(customized.changes).trimEnd())
    this.log(customized.output)
    return customized
  }
}

function epochOf(text: string | undefined): {epoch?: number} {
  const epoch = sourceDateEpoch(text)
  return epoch === undefined ? {} : {epoch}
}
