#!/usr/bin/env node
// Committed and not built, so that it can say what to do when the build is missing.
import { existsSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)
const command = new URL('../dist/cli/main.js', import.meta.url)

if (major < 20 || (major === 20 && minor < 19)) {
  stop(`ofrep-conformance needs Node 20.19 or newer, and this is ${process.versions.node}.`)
} else if (!existsSync(command)) {
  stop('ofrep-conformance has not been built here. In the folder you cloned it to, run: npm ci && npm run build')
} else {
  const { main } = await import(command.href)
  process.exitCode = await main(process.argv.slice(2), process)
}

/** @param {string} message */
function stop(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 69
}
