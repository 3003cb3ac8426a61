/** Vendors' servers as far as a peer asks them: they give out one document, until it is replaced. */
import { once } from 'node:events'
import { createServer } from 'node:http'

/**
 * Starts one on a free port.
 *
 * @param {(state: { document: string, etag: string }) => import('node:http').RequestListener} vendor
 */
export async function startUpstream(vendor, document) {
  const state = { document, etag: '"1"' }
  const server = createServer(vendor(state))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let revision = 1
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    replace(next) {
      revision += 1
      state.document = next
      state.etag = `"${revision}"`
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
