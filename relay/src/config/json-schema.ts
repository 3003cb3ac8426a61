import { z } from 'zod'
import { configurationSchema } from './schema.js'

/**
 * The JSON Schema of a configuration file (draft 7, which editors and Helm read): `docs/configuration.schema.json`. What the
 * environment may add is required here too, so a file that leaves such a part to variables is incomplete to an editor.
 */
export function publishedSchema(): z.core.JSONSchema.JSONSchema {
  const schema = z.toJSONSchema(configurationSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      for (const known of ['expects', 'isSecret', 'isText', 'isPath']) delete jsonSchema[known]
    },
  })
  return { title: 'Configuration of the Switchyard relay', ...schema }
}
