import {Flags} from '@oclif/core'

import {BaseCommand} from '../../base-command.js'
import {deploymentJsonSchema, jsonSchema} from '../../spec/json-schema.js'

export default class ConfigSchema extends BaseCommand {
  static override summary = 'Print the JSON Schema of brmc.yaml, for editors'
  static override examples = ['<%= config.bin %> <%= command.id %> > .brmc/brmc.schema.json']
  static override flags = {
    deployment: Flags.boolean({summary: 'Of a file below deployments/ or groups/ instead'}),
  }

  async run(): Promise<object> {
    const {flags} = await this.parse(ConfigSchema)
    const schema = flags.deployment ? deploymentJsonSchema() : jsonSchema()
    this.log(JSON.stringify(schema, null, 2))
    return schema
  }
}
