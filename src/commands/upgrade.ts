import {resolve} from 'node:path'

import {Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {BrmcError} from '../errors.js'
import {upgradeProject, type Upgrade as Upgraded} from '../workflow/upgrade-project.js'

/** What makes use of it. */
const NEXT: Readonly<Record<Upgraded['base'], string>> = {
  debian: 'brmc image makes the new base',
  buildroot: 'brmc generate writes it into br2-external/, brmc image builds the new base',
}

export default class Upgrade extends BaseCommand {
  static override summary = 'Move what bases are made of to what there is now, and show what changes'
  static override description = 'Base buildroot: brmc.pins.json gets the newest point release of Buildroot, with the kernel and the firmware that it was tried with. '
    + 'Base debian: brmc.lock.json gets the packages that the mirror has now.'

  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --buildroot ~/buildroot']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    base: Flags.option({summary: 'Only what this base is made of', options: ['debian', 'buildroot'] as const})(),
    buildroot: Flags.directory({summary: 'Read the pins off this checkout of Buildroot; nothing is downloaded', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<{changes: Upgraded['changes']}> {
    const {flags: {project, base, buildroot}} = await this.parse(Upgrade)
    if (base === 'debian' && buildroot !== undefined) throw new BrmcError('USAGE', '--buildroot is of no use to the base debian', {suggestions: ['leave out one of the two']})
    const upgrades = await upgradeProject({folder: project, ...base && {base}, ...buildroot !== undefined && {buildroot: resolve(buildroot)}}, this.reporting)
    const changes = upgrades.flatMap(upgrade => upgrade.changes)
    const width = Math.max(0, ...changes.map(({name}) => name.length))
    for (const {name, from, to} of changes) this.log(`${name.padEnd(width)}  ${from ?? '(new)'} → ${to ?? '(gone)'}`)
    if (changes.length === 0) this.log('nothing has changed')
    for (const {base: of, changes: {length}} of upgrades) {
      if (length > 0) this.log(`${of === 'debian' ? `${length} packages` : 'brmc.pins.json is written'}; ${NEXT[of]}`)
    }

    return {changes}
  }
}
