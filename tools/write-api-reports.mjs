// @ts-check
/** `npm run api`: accepts the public API as it is. It reads the build, so it runs after `npm run build`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiReports } from './api-reports.mjs'
import { root } from './run.mjs'

const folder = join(root, 'docs', 'api')
const reports = apiReports()
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const [name, text] of Object.entries(reports)) writeFileSync(join(folder, name), text)
