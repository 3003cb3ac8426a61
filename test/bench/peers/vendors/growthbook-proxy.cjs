/**
 * Starts GrowthBook's proxy, built in the folder that is named, as its own `index.js` does, but for this machine alone: it has no setting
 * for the address.
 */
const { createServer } = require('node:http')
const { join } = require('node:path')

const folder = process.argv[2]
const express = require(join(folder, 'node_modules/express'))

express.application.listen = function listenHere(port, listening) {
  return createServer(this).listen(port, '127.0.0.1', listening)
}
require(join(folder, 'dist/src/index.js'))
