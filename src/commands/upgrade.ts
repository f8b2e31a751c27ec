import {Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {upgradeLock, type VersionChange} from '../workflow/upgrade-lock.js'

export default class Upgrade extends BaseCommand {
  static override summary = 'Move brmc.lock.json to the packages that the mirror has now'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<{changes: VersionChange[]}> {
    const {flags} = await this.parse(Upgrade)
    const changes = await upgradeLock(flags.project, this.reporting)
    const width = Math.max(0, ...changes.map(({name}) => name.length))
    for (const {name, from, to} of changes) this.log(`${name.padEnd(width)}  ${from ?? '(new)'} → ${to ?? '(gone)'}`)
    this.log(changes.length === 0 ? 'nothing has changed' : `${changes.length} packages; brmc image makes the new base`)
    return {changes}
  }
}
