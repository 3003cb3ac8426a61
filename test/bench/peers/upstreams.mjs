/** Vendors' servers as far as a peer asks them: they give out one document. */
import { once } from 'node:events'
import { createServer } from 'node:http'

/** @type {Record<string, (document: string) => import('node:http').RequestListener>} */
const listeners = {
  unleash: (document) => (request, response) => {
    if (request.method === 'POST') return response.writeHead(202).end()
    if (request.headers['if-none-match'] === '"1"') return response.writeHead(304, { etag: '"1"' }).end()
    response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end(document)
  },
}

/** Starts that vendor's server on a free port. */
export async function startUpstream(vendor, document) {
  const server = createServer(listeners[vendor](document))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
