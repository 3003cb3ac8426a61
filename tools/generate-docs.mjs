/**
 * `npm run docs`: writes the pages that are made from the sources. It reads the build, so it runs after `npm run build`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { publishedSchema } from '../relay/dist/config/json-schema.js'
import { configurationPage } from '../relay/dist/config/page.js'
import { chartPage } from './chart-page.mjs'
import { chartSchema } from './chart-schema.mjs'
import { noticeText } from './notice.mjs'
import { root } from './run.mjs'

const schemaFile = join(root, 'docs', 'configuration.schema.json')
const style = { ...(await resolveConfig(schemaFile)), filepath: schemaFile }

writeFileSync(join(root, 'docs', 'configuration.md'), configurationPage())
writeFileSync(schemaFile, await format(JSON.stringify(publishedSchema(), null, 2), style))

const chart = join(root, 'helm', 'switchyard')
const valuesSchema = join(chart, 'values.schema.json')
const introduction = readFileSync(join(chart, 'README.md.in'), 'utf8')
writeFileSync(
  valuesSchema,
  await format(JSON.stringify(chartSchema(publishedSchema()), null, 2), { ...style, filepath: valuesSchema }),
)
const page = join(chart, 'README.md')
const text = chartPage(introduction, readFileSync(join(chart, 'values.yaml'), 'utf8'))
writeFileSync(page, await format(text, { ...style, filepath: page }))

const notice = noticeText(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
for (const folder of ['', 'relay']) writeFileSync(join(root, folder, 'NOTICE'), notice)

await import('./write-vectors.mjs')
