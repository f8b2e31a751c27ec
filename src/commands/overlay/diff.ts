import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {diffDeployments} from '../../workflow/diff-deployments.js'
import {formatDifference, type RootDifference} from '../../workflow/diff-roots.js'

export default class OverlayDiff extends BaseCommand {
  static override summary = 'Show how the root of a deployment differs from that of another, or from what it were without overlays'
  static override description = 'Nothing is built. Types, modes, owners, links, and texts as unified differences; secrets are hidden on both sides, so two that differ look alike.'
  static override args = {
    deployment: Args.string({description: 'Name of a deployment', required: true}),
    other: Args.string({description: 'Name of another one (default: the same without its overlays)'}),
  }
  static override examples = ['<%= config.bin %> <%= command.id %> lisbon', '<%= config.bin %> <%= command.id %> lisbon porto --json']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
  }

  async run(): Promise<{differences: RootDifference[]}> {
    const {args, flags} = await this.parse(OverlayDiff)
    const {differences, notes} = await diffDeployments(flags.project, args.deployment, args.other, this.signal)
    for (const difference of differences) this.log(formatDifference(difference))
    for (const note of notes) this.logToStderr(`note: ${note}`)
    return {differences}
  }
}
