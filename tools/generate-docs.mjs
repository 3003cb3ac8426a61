/**
 * `npm run docs`: writes the pages that are made from the sources. It reads the build, so it runs after `npm run build`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { publishedSchema } from '../relay/dist/config/json-schema.js'
import { configurationPage } from '../relay/dist/config/page.js'
import { root } from './run.mjs'

const schemaFile = join(root, 'docs', 'configuration.schema.json')
const style = { ...(await resolveConfig(schemaFile)), filepath: schemaFile }

writeFileSync(join(root, 'docs', 'configuration.md'), configurationPage())
writeFileSync(schemaFile, await format(JSON.stringify(publishedSchema(), null, 2), style))
await import('./write-vectors.mjs')
