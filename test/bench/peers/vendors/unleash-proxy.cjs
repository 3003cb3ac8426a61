/** Starts `@unleash/proxy` as its own `start.js` does, but for this machine alone: it has no setting for the address. */
const { join } = require('node:path')

const { createApp } = require(join(process.argv[2], 'node_modules/@unleash/proxy'))
createApp({}).listen(Number(process.env.PORT), '127.0.0.1')
