import {Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {deploymentJsonSchema, jsonSchema, overlayMetaJsonSchema} from '../../spec/json-schema.js'

export default class ConfigSchema extends BaseCommand {
  static override summary = 'Print the JSON Schema of brmc.yaml, for editors'
  static override examples = ['<%= config.bin %> <%= command.id %> > .brmc/brmc.schema.json']
  static override flags = {
    deployment: Flags.boolean({summary: 'Of a file below deployments/ or groups/ instead', exclusive: ['overlay-meta']}),
    'overlay-meta': Flags.boolean({summary: 'Of a file that declares what an overlay cannot carry (overlays/<name>.meta.yaml) instead'}),
  }

  async run(): Promise<object> {
    const {flags} = await this.parse(ConfigSchema)
    const schema = flags['overlay-meta'] ? overlayMetaJsonSchema() : flags.deployment ? deploymentJsonSchema() : jsonSchema()
    this.log(JSON.stringify(schema, null, 2))
    return schema
  }
}
