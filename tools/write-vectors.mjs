// @ts-check
/** Writes the conformance vectors, `docs/vectors/*.generated.json`. It reads the build, so it runs after `npm run build`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'
import { vectorFiles } from './vectors/files.mjs'
import { layout } from './vectors/layout.mjs'

for (const [name, content] of Object.entries(vectorFiles())) {
  writeFileSync(join(root, 'docs', 'vectors', name), `${layout(content)}\n`)
}
