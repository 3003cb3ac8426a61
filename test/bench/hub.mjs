/**
 * An upstream that tells of a change at once: what a relay is to its edges, for one flag. A flag file would do, but its folder has to be
 * quiet for 50 ms before a change counts.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { seal, vendors } from '@switchyard/engine'

/** A ruleset with one flag of that value. */
function rulesetOf(value) {
  const flagd = vendors.get('flagd')
  const flag = { state: 'ENABLED', variants: { now: value }, defaultVariant: 'now' }
  return JSON.stringify(seal(flagd.translate(flagd.decode({ flags: { f: flag } }).document).ruleset))
}

/** Starts a hub on a free port; its flag has the value 0. */
export async function startHub() {
  let ruleset = rulesetOf(0)
  let stream
  const server = createServer((request, response) => {
    if (request.url === '/switchyard/v1/ruleset') {
      return response.writeHead(200, { 'content-type': 'application/json' }).end(ruleset)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
    stream = response
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Gives the flag that value, and gives back what tells the relay so. */
    prepare(value) {
      ruleset = rulesetOf(value)
      return () => stream.write(`event: ruleset\ndata: ${ruleset}\n\n`)
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
