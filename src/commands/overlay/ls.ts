import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {withDeploymentRoots} from '../../workflow/deployment-root.js'
import {goneFrom, listRoot, modeText, printablePath, type ListedEntry} from '../../workflow/list-root.js'

interface Listing {
  deployment: string
  base?: string
  entries: ListedEntry[]
  gone: string[]
}

export default class OverlayLs extends BaseCommand {
  static override summary = 'List what lies over the base of a deployment, and which layer each file came from'
  static override description = 'Nothing is built: it shows what brmc generated, then the overlays, with modes and owners as they will be, and what each file takes the place of.'
  static override args = {
    deployment: Args.string({description: 'Name of a deployment', default: 'default'}),
    path: Args.string({description: 'Only what is there or below it'}),
  }
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> lisbon /etc', '<%= config.bin %> <%= command.id %> lisbon --all --json']
  static override flags = {
    all: Flags.boolean({summary: 'The files of the base, too'}),
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<Listing> {
    const {args, flags} = await this.parse(OverlayLs)
    return withDeploymentRoots(flags.project, [args.deployment], this.signal, async ([one]) => {
      if (!one) throw new Error('one name, one root')
      const entries = listRoot(one, {all: flags.all, ...args.path !== undefined && {path: args.path}})
      const gone = args.path === undefined ? goneFrom(one) : []
      for (const line of table([['MODE', 'OWNER', 'SIZE', 'PATH', 'LAYER'], ...entries.map(cells)])) this.log(line)
      for (const path of gone) this.log(`gone from the base: ${printablePath(path)}`)
      for (const note of one.notes) this.logToStderr(`note: ${note}`)
      return Promise.resolve({deployment: one.name, ...one.base !== undefined && {base: one.base}, entries, gone})
    })
  }
}

function cells({path, type, mode, uid, gid, size, target, layer, replaces}: ListedEntry): string[] {
  const shown = target === undefined ? printablePath(path) : `${printablePath(path)} ${type === 'hardlink' ? '=' : '→'} ${printablePath(target)}`
  return [modeText(type, Number.parseInt(mode, 8)), `${uid}:${gid}`, type === 'file' ? String(size) : '', shown, replaces.length === 0 ? layer : `${layer} (in place of ${replaces.join(', ')})`]
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, column) => Math.min(60, Math.max(widest[column] ?? 0, cell.length))), [])
  return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
}
