import {resolve} from 'node:path'

import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {BOARD_NAMES} from '../boards/boards.js'
import {BrmcError} from '../errors.js'
import {editMenu, USER_FILES} from '../workflow/edit-menu.js'

const MENUS = ['buildroot', 'linux', 'busybox'] as const

export default class Menuconfig extends BaseCommand {
  static override summary = 'Change options of Buildroot, kernel or BusyBox in their own menu, and keep the difference in your files'
  static override description = `What you changed goes into br2-external/user.defconfig, linux-user.fragment or busybox-user.fragment, never a whole configuration: lines of yours that you did not touch
stay as they are. The kernel's menu needs its sources, which are fetched and unpacked once; no compiler is built for it.`
  static override enableJsonFlag = false
  static override args = {menu: Args.string({description: 'Whose options', options: [...MENUS], default: 'buildroot'})}
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> linux', '<%= config.bin %> <%= command.id %> busybox --board virt']
  static override flags = {
    'project': Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    'board': Flags.option({summary: 'Board whose configuration is shown (default: that of the file)', options: BOARD_NAMES})(),
    'engine': Flags.option({summary: "What runs Buildroot's container", options: ['auto', 'docker', 'podman', 'none'] as const})(),
    'buildroot': Flags.directory({summary: 'A checkout of Buildroot in place of the pinned release', helpValue: '<folder>', exists: true}),
    'dl-dir': Flags.string({summary: 'Folder of downloaded sources', helpValue: '<folder>'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Menuconfig)
    const menu = MENUS.find(name => name === args.menu)
    if (!menu) throw new BrmcError('INTERNAL', 'args.options lets no other menu pass')
    if (!process.stdin.isTTY || !process.stdout.isTTY) {
      throw new BrmcError('USAGE', 'a menu needs a terminal, and standard input or output is none', {
        suggestions: [`without one, write the option into its file yourself: br2-external/${USER_FILES[menu]}`, 'over ssh, ask for a terminal: ssh -t'],
      })
    }

    const {file, saved, touched, refused, unsettled} = await editMenu({
      folder: flags.project,
      menu,
      ...flags.board !== undefined && {board: flags.board},
      buildroot: {
        ...flags.engine !== undefined && {engine: flags.engine},
        ...flags.buildroot !== undefined && {path: resolve(flags.buildroot)},
        ...flags['dl-dir'] !== undefined && {downloads: resolve(flags['dl-dir'])},
      },
      reporting: this.reporting,
    })
    for (const symbol of refused) this.logToStderr(`warning: ${symbol} was not saved: brmc sets it itself for each build (brmc.yaml, buildroot)`)
    for (const symbol of unsettled) this.logToStderr(`warning: ${symbol} does not come out as the menu showed it`)
    this.log(saved ? `${file} changed; brmc image builds with it` : 'nothing was changed')
    for (const {path, action} of touched) this.log(`${action.padEnd(12)} ${path}`)
  }
}
