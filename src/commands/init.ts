import {basename, resolve} from 'node:path'
import {createInterface} from 'node:readline/promises'

import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {BOARD_NAMES} from '../boards/boards.js'
import {initProject, newPassphrase} from '../workflow/init-project.js'

interface Answers {
  name: string
  board: string
  country: string
}

/** Bytes (IEEE 802.11-2020 9.4.2.2). */
const MAX_SSID = 32

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
    const folder = resolve(args.folder)
    const {name, board, country} = await this.answers(folder, flags)
    const ssid = flags.ssid ?? name.slice(0, MAX_SSID)
    const files = await initProject(folder, {name, board, country: country.toUpperCase(), ssid, passphrase: flags.passphrase ?? newPassphrase()})
    this.log(`${files.length} files in ${folder}\nLook at brmc.yaml, then: brmc image && brmc test`)
    return {folder, files}
  }

  private async answers(folder: string, {name, board, country}: Record<keyof Answers, string | undefined>): Promise<Answers> {
    const {ask, close} = this.asker()
    try {
      return {
        name: name ?? await ask('Name', hostnameFrom(basename(folder))),
        board: board ?? await ask(`Board (${BOARD_NAMES.join(', ')})`, 'raspberrypi4-64'),
        country: country ?? await ask('Country whose radio rules apply', 'US'),
      }
    } finally {
      close()
    }
  }

  private asker(): {ask: (question: string, preset: string) => Promise<string>, close: () => void} {
    if (!process.stdin.isTTY || !process.stderr.isTTY || this.jsonEnabled()) return {ask: (_, preset) => Promise.resolve(preset), close: () => undefined}
    const terminal = createInterface({input: process.stdin, output: process.stderr})
    // In a question Ctrl-C is a key, not a signal, and Ctrl-D ends the input: without this the question would stay open for ever.
    const gone = new AbortController()
    // What was typed or pasted ahead of its question is its answer.
    const ahead: string[] = []
    terminal.on('line', line => ahead.push(line))
    terminal.on('SIGINT', () => { gone.abort() })
    terminal.on('close', () => { gone.abort() })
    const signal = AbortSignal.any([this.signal, gone.signal])
    return {
      ask: async (question, preset) => (ahead.shift() ?? await terminal.question(`${question} [${preset}]: `, {signal})).trim() || preset,
      close: () => { terminal.close() },
    }
  }
}

/** A folder's name as a host name: what does not fit becomes a hyphen. */
function hostnameFrom(folder: string): string {
  return folder.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 63).replace(/^-+|-+$/g, '') || 'mcast-router'
}
