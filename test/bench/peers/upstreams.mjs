/** Vendors' servers as far as a peer asks them: they give out one document, until it is replaced. */
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'

/**
 * Starts one on a free port.
 *
 * @param {(state: { document: string, etag: string, revision: number, changes: EventEmitter }) => import('node:http').RequestListener} vendor
 */
export async function startUpstream(vendor, document) {
  const state = { document, revision: 1, etag: '"1"', changes: new EventEmitter() }
  const server = createServer(vendor(state))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    replace(next) {
      state.revision += 1
      state.document = next
      state.etag = `"${state.revision}"`
      state.changes.emit('change')
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
