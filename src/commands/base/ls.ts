import {Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {listBases, type BaseList, type ListedBase} from '../../workflow/base-list.js'

export default class BaseLs extends BaseCommand {
  static override summary = 'List the finished bases of this project'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<BaseList> {
    const {flags} = await this.parse(BaseLs)
    const list = await listBases(flags.project)
    for (const line of table([['KEY', 'BASE', 'BOARD', 'KERNEL', 'PACKAGES', 'MIB', 'DATE', 'USED BY'], ...list.bases.map(cells)])) this.log(line)
    for (const name of list.damaged) this.logToStderr(`warning: build/bases/${name} is no whole base; it is made again when it is wanted, and may be deleted`)
    return list
  }
}

function cells({key, provider, board, kernelRelease, packages, size, sourceDateEpoch, usedBy}: ListedBase): string[] {
  const date = new Date(sourceDateEpoch * 1000).toISOString().slice(0, 10)
  return [key.slice(0, 12), provider, board, kernelRelease, String(packages), (size / 1024 / 1024).toFixed(0), date, usedBy.join(', ') || '-']
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)), [])
  return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
}
