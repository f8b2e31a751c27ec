import {Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {deploymentMatrix, shardMatrix, type Matrix} from '../../workflow/fleet/ci-jobs.js'
import {readInventory} from '../../workflow/fleet/read-inventory.js'
import {chooseDeployments, openProject} from '../../workflow/open-project.js'

export default class CiMatrix extends BaseCommand {
  static override summary = 'Print the matrix of a GitHub Actions job: a shard of the inventory each, or a deployment each'
  static override description = 'One line of JSON for fromJSON(): docs/fleets.md shows the workflow around it.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --inventory sites.csv --shards 8']
  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    inventory: Flags.string({summary: 'CSV or JSON file of sites (-: standard input)', helpValue: '<file>', dependsOn: ['shards']}),
    shards: Flags.integer({summary: 'Jobs to spread the sites over', min: 1, dependsOn: ['inventory']}),
  }

  async run(): Promise<Matrix> {
    const {flags} = await this.parse(CiMatrix)
    const matrix = flags.inventory !== undefined && flags.shards !== undefined
      ? shardMatrix((await readInventory(flags.inventory)).inventory.sites.length, flags.shards)
      : deploymentMatrix(chooseDeployments(await openProject(flags.project), []).map(({deployment: {name}}) => name))
    this.log(JSON.stringify(matrix))
    return matrix
  }
}
