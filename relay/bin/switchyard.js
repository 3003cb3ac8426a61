#!/usr/bin/env node
// Committed and not built, so that it can say what to do when the build is missing.
import { existsSync, statSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)

/** The bundle starts in half the time of the modules it is made of. */
const bundle = new URL('../dist/command/main.js', import.meta.url)
const modules = new URL('../dist/cli/main.js', import.meta.url)

if (major < 20 || (major === 20 && minor < 19)) {
  stop(`Switchyard needs Node 20.19 or newer, and this is ${process.versions.node}.`)
} else if (!existsSync(modules)) {
  stop('Switchyard has not been built here. In the folder you cloned it to, run: npm ci && npm run build')
} else {
  const { runProcess } = await import((isCurrent() ? bundle : modules).href)
  await runProcess(process)
}

/** Whether the bundle is there and was made of the modules as they are: the compiler alone does not renew it. */
function isCurrent() {
  const compiled = statSync(new URL('../dist/.tsbuildinfo', import.meta.url), { throwIfNoEntry: false })
  const bundled = statSync(bundle, { throwIfNoEntry: false })
  return bundled !== undefined && (compiled === undefined || bundled.mtimeMs >= compiled.mtimeMs)
}

/** @param {string} message */
function stop(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 69
}
