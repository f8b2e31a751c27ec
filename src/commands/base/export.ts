import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {exportBase, type ExportedBase} from '../../workflow/base-export.js'

export default class BaseExport extends BaseCommand {
  static override summary = 'Write a finished base as one file that another machine imports'
  static override description = 'Equal bases give equal bytes. Beside the file its sha256 is written. docs/bases.md tells how bases travel.'
  static override args = {key: Args.string({description: 'Beginning of the key (default: the newest base)'})}
  static override examples = [
    '<%= config.bin %> <%= command.id %> --output base.tar.zst',
    '<%= config.bin %> <%= command.id %> --deployment lisbon',
    '<%= config.bin %> <%= command.id %> 2011f11b --oci --output base.oci.tar',
  ]

  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    deployment: Flags.string({summary: "The base that this deployment's image was made of", helpValue: '<name>'}),
    output: Flags.string({char: 'o', summary: 'File to write: .tar, .tar.xz or .tar.zst (default: brmc-base-<board>-<key>.tar)', helpValue: '<file>'}),
    oci: Flags.boolean({summary: 'As the archive of an OCI image layout, for a registry', default: false}),
  }

  async run(): Promise<ExportedBase> {
    const {args, flags} = await this.parse(BaseExport)
    const exported = await exportBase({
      folder: flags.project,
      ...args.key !== undefined && {key: args.key},
      ...flags.deployment !== undefined && {deployment: flags.deployment},
      ...flags.output !== undefined && {target: flags.output},
      oci: flags.oci,
      reporting: this.reporting,
    })
    // As sha256sum prints it, and a registry names it.
    this.log(`${exported.sha256}  ${exported.target}`)
    if (exported.digest !== undefined) this.log(`${exported.digest}  (manifest)`)
    return exported
  }
}
