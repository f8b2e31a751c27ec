import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {importBase} from '../../workflow/base-import.js'

interface Imported {
  key: string
  provider: string
  board: string
  kernelRelease: string
  warnings: string[]
}

export default class BaseImport extends BaseCommand {
  static override summary = 'Take over a finished base that was exported elsewhere'
  static override description = 'It is used by every deployment whose base has the same key. Nothing in it is believed unseen; it appears whole or not at all.'
  static override args = {source: Args.string({description: 'A file, an http(s) address, or oci://registry/name@sha256:…', required: true})}
  static override examples = [
    '<%= config.bin %> <%= command.id %> base.tar.zst',
    '<%= config.bin %> <%= command.id %> https://example.org/base.tar.zst --sha256 <hex>',
    '<%= config.bin %> <%= command.id %> oci://registry.example.org/routers/base@sha256:<hex>',
  ]

  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    sha256: Flags.string({summary: 'What the file must have; an address needs it', helpValue: '<hex>'}),
  }

  async run(): Promise<Imported> {
    const {args, flags} = await this.parse(BaseImport)
    const {bundle: {key, provider, board, kernelRelease}, warnings} = await importBase({
      folder: flags.project,
      source: args.source,
      ...flags.sha256 !== undefined && {sha256: flags.sha256},
      reporting: this.reporting,
    })
    for (const warning of warnings) this.logToStderr(`warning: ${warning}`)
    this.log(key)
    return {key, provider, board, kernelRelease, warnings}
  }
}
