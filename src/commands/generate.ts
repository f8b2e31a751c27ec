import {Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import type {TouchedFile} from '../sync/apply-plan.js'
import {alone, PROJECT_LOCK} from '../workflow/alone.js'
import {openProject} from '../workflow/open-project.js'
import {applyTree, planTree} from '../workflow/sync-tree.js'

export default class Generate extends BaseCommand {
  static override summary = 'Bring br2-external/ up to date with the project'
  static override description = 'Safe to run for ever: an edited file is kept; where the template moved too, nothing is written until you choose.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --keep br2-external/board/common/post-build.sh',
    '<%= config.bin %> <%= command.id %> --overwrite-all',
  ]

  static override flags = {
    'project': Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    'overwrite': Flags.string({summary: 'Give up the edit of this file', multiple: true, helpValue: '<file>'}),
    'keep': Flags.string({summary: 'Keep the edit of this file', multiple: true, helpValue: '<file>'}),
    'overwrite-all': Flags.boolean({summary: 'Give up every edit that is in conflict', exclusive: ['keep-all']}),
    'keep-all': Flags.boolean({summary: 'Keep every edit that is in conflict'}),
  }

  async run(): Promise<{touched: TouchedFile[]}> {
    const {flags} = await this.parse(Generate)
    const project = await openProject(flags.project)
    const resolutions = {
      overwrite: flags['overwrite-all'] ? 'all' : flags.overwrite ?? [],
      keep: flags['keep-all'] ? 'all' : flags.keep ?? [],
    } as const
    const {planned, touched} = await alone({folder: project.folder, purpose: PROJECT_LOCK}, this.reporting, async () => {
      const plan = await planTree(project, resolutions)
      return {planned: plan, touched: await applyTree(plan, this.signal)}
    })
    for (const {path, action} of touched) this.log(`${action.padEnd(12)} ${path}`)
    this.log(touched.length === 0 ? 'br2-external/ is up to date' : `${touched.length} of ${planned.plan.length} files`)
    return {touched}
  }
}
