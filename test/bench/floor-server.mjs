/**
 * The floor: a bare node:http server that parses the same body and sends the same bytes, built beforehand. What the relay costs
 * above it is the relay's own work. Prints its port, one that is free unless it is given one.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const body = readFileSync(process.argv[2])
const headers = { 'content-type': 'application/json', 'content-length': String(body.length), etag: '"floor"' }

const server = createServer((request, response) => {
  if (request.url === '/cpu') {
    const { user, system } = process.cpuUsage()
    return response.end(String(user + system))
  }
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/bare-304') return response.writeHead(304, { etag: '"floor"' }).end()
    if (chunks.length > 0) JSON.parse(chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString())
    response.writeHead(200, headers).end(body)
  })
})

server.listen(Number(process.argv[3] ?? 0), '127.0.0.1', () => console.log(server.address().port))
