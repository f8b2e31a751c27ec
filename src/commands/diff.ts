import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {openProject} from '../workflow/open-project.js'
import {diffTree, planTree} from '../workflow/sync-tree.js'

export default class Diff extends BaseCommand {
  static override summary = 'Show how br2-external/ differs from what would be generated'
  static override strict = false
  static override args = {file: Args.string({description: 'Only these files'})}
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> br2-external/board/common/post-build.sh']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<{files: {path: string, diff: string}[]}> {
    const {argv, flags} = await this.parse(Diff)
    const files = await diffTree(await planTree(await openProject(flags.project)), argv.map(String))
    for (const {diff} of files) this.log(diff.trimEnd())
    return {files}
  }
}
