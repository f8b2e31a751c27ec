import * as z from 'zod'

import {OverlayMetaSchema} from './overlay-meta/schema.js'
import {PROJECT_KEYS} from './project-keys.js'
import {SpecSchema} from './schema.js'

type JsonSchema = Record<string, unknown>

/** JSON Schema (draft 2020-12) of brmc.yaml, for editors: descriptions, choices, defaults. */
export function jsonSchema(): JsonSchema {
  return {title: 'brmc.yaml', ...z.toJSONSchema(SpecSchema, {io: 'input'})}
}

const EXTENDS: JsonSchema = {
  description: 'Groups it belongs to, files below groups/: they lie under this file, the later over the earlier',
  anyOf: [{type: 'string'}, {type: 'array', items: {type: 'string'}}],
}

/** JSON Schema of deployments/<name>.yaml and groups/<name>.yaml: the same with nothing required, null to take a key away, and without what belongs to the project. */
export function deploymentJsonSchema(): JsonSchema {
  const omitted = Object.fromEntries(PROJECT_KEYS.map(key => [key, true as const])) as Record<typeof PROJECT_KEYS[number], true>
  const loose = loosen(z.toJSONSchema(SpecSchema.omit(omitted), {io: 'input'}), 'root')
  return {...loose, properties: {extends: EXTENDS, ...isSchema(loose['properties']) ? loose['properties'] : {}}, title: 'deployments/<name>.yaml'}
}

/** JSON Schema of overlays/<name>.meta.yaml. */
export function overlayMetaJsonSchema(): JsonSchema {
  return {title: 'overlays/<name>.meta.yaml', ...z.toJSONSchema(OverlayMetaSchema, {io: 'input'})}
}

/**
 * Nothing is required but inside lists, which a deployment replaces whole: their entries keep what they need.
 * Defaults go too: what a deployment leaves out is the project's.
 */
function loosen(schema: JsonSchema, place: 'root' | 'value'): JsonSchema {
  const loose = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== 'required' && key !== 'default'))
  if (isSchemaMap(schema['properties'])) {
    loose['properties'] = Object.fromEntries(Object.entries(schema['properties']).map(([key, value]) => [key, loosen(value, 'value')]))
  }

  if (isSchema(schema['additionalProperties'])) loose['additionalProperties'] = loosen(schema['additionalProperties'], 'value')
  if (place === 'root') return loose
  const {description, ...rest} = loose
  return {...description === undefined ? {} : {description}, anyOf: [rest, {type: 'null', description: 'Take away what the files below say'}]}
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value)

const isSchemaMap = (value: unknown): value is Record<string, JsonSchema> => isSchema(value)
