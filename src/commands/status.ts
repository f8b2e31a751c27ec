import {Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {statusOf, type SyncStatus} from '../sync/plan.js'
import {openProject} from '../workflow/open-project.js'
import {planTree} from '../workflow/sync-tree.js'

export default class Status extends BaseCommand {
  static override summary = 'Tell whether br2-external/ is what the project says'
  static override description = 'Exit status 11 where it is not. Edits that are in nobody\'s way are listed, and are no drift.'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<SyncStatus> {
    const {flags} = await this.parse(Status)
    const status = statusOf((await planTree(await openProject(flags.project))).plan)
    for (const {path, action, conflict} of [...status.drift, ...status.edited]) {
      this.log(`${(conflict === undefined ? action : `${action}: ${conflict}`).padEnd(24)} ${path}`)
    }

    const drifted = status.drift.length > 0
    this.log(drifted ? 'br2-external/ is not what the project says: brmc generate' : 'br2-external/ is up to date')
    if (drifted) this.endWith('TREE_DRIFT')
    return status
  }
}
