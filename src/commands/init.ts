import {basename, resolve} from 'node:path'
import {createInterface} from 'node:readline/promises'

import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {BOARD_NAMES} from '../boards/boards.js'
import {initProject, newPassphrase} from '../workflow/init-project.js'

export default class Init extends BaseCommand {
  static override summary = 'Write a new project: the multicast router of the 2014 post, with comments that teach'
  static override description = 'Asks for what no flag says where there is a terminal; elsewhere takes defaults.'
  static override examples = ['<%= config.bin %> <%= command.id %> lisbon', '<%= config.bin %> <%= command.id %> lisbon --board raspberrypi3-64 --country PT']
  static override args = {folder: Args.string({description: 'Folder of the project', default: '.'})}
  static override flags = {
    board: Flags.option({summary: 'The Raspberry Pi it is for', options: BOARD_NAMES})(),
    name: Flags.string({summary: 'Name of the project and of the router (default: the name of the folder)', helpValue: '<name>'}),
    country: Flags.string({summary: 'Country whose radio rules apply, two letters', helpValue: '<country>'}),
    ssid: Flags.string({summary: 'Name of the Wi-Fi network (default: the name of the project)', helpValue: '<ssid>'}),
    passphrase: Flags.string({summary: 'Passphrase of the Wi-Fi network (default: a new one, by chance)', helpValue: '<passphrase>'}),
  }

  async run(): Promise<{folder: string, files: string[]}> {
    const {args, flags} = await this.parse(Init)
    const ask = this.asker()
    const name = flags.name ?? await ask('Name', hostnameFrom(basename(resolve(args.folder))))
    const board = flags.board ?? await ask(`Board (${BOARD_NAMES.join(', ')})`, 'raspberrypi4-64')
    const country = flags.country ?? await ask('Country whose radio rules apply', 'US')
    const ssid = flags.ssid ?? name
    const files = await initProject(args.folder, {name, board, country: country.toUpperCase(), ssid, passphrase: flags.passphrase ?? newPassphrase()})
    this.log(`${files.length} files in ${resolve(args.folder)}\nLook at brmc.yaml, then: brmc image && brmc test`)
    return {folder: resolve(args.folder), files}
  }

  private asker(): (question: string, preset: string) => Promise<string> {
    if (!process.stdin.isTTY || !process.stderr.isTTY || this.jsonEnabled()) return (_, preset) => Promise.resolve(preset)
    return async (question, preset) => {
      const terminal = createInterface({input: process.stdin, output: process.stderr})
      try {
        return (await terminal.question(`${question} [${preset}]: `, {signal: this.signal})).trim() || preset
      } finally {
        terminal.close()
      }
    }
  }
}

/** A folder's name as a host name: what does not fit becomes a hyphen. */
function hostnameFrom(folder: string): string {
  return folder.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63) || 'mcast-router'
}
