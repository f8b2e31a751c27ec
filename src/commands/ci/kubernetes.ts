import {Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {kubernetesJob} from '../../workflow/fleet/ci-jobs.js'

export default class CiKubernetes extends BaseCommand {
  static override summary = 'Print an Indexed Job for Kubernetes that makes a shard of an inventory in each pod'
  static override description = 'For kubectl apply -f -. Each pod runs brmc image --inventory … --shard <its index>/<shards>; the project is on the volume of a claim, and so is what comes out.'
  static override examples = ['<%= config.bin %> <%= command.id %> --inventory sites.csv --shards 8 --image registry.example/brmc:1 --claim project | kubectl apply -f -']
  static override flags = {
    inventory: Flags.string({summary: 'Path of the inventory in the project', helpValue: '<file>', required: true}),
    shards: Flags.integer({summary: 'Pods to spread the sites over', min: 1, max: 100_000, required: true}),
    image: Flags.string({summary: 'Container image that has brmc', helpValue: '<image>', required: true}),
    claim: Flags.string({summary: 'PersistentVolumeClaim that holds the project', helpValue: '<name>', required: true}),
    name: Flags.string({summary: 'Name of the job', default: 'brmc-images', helpValue: '<name>'}),
    packs: Flags.boolean({summary: 'Packs in place of images'}),
  }

  async run(): Promise<{manifest: string}> {
    const {flags: {name, image, claim, inventory, shards, packs}} = await this.parse(CiKubernetes)
    const manifest = kubernetesJob({name, image, claim, inventory, shards, packs})
    this.log(manifest.trimEnd())
    return {manifest}
  }
}
