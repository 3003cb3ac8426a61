/** Load on loopback: a few keep-alive connections, each with one request under way. Bounded in count. */
import { connect } from 'node:net'

const connections = 8

/**
 * Sends `count` requests and reads every answer to its end.
 *
 * @param {number} port
 * @param {number} count
 * @param {(index: number) => string} requestAt the whole request as text, ASCII
 * @param {number} status every answer must have it
 */
export async function load(port, count, requestAt, status) {
  let next = 0
  const take = () => (next < count ? requestAt(next++) : null)
  await Promise.all(Array.from({ length: connections }, () => converse(port, take, status)))
}

function converse(port, take, status) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let pending = ''
    const send = () => {
      const request = take()
      if (request === null) return socket.end(resolve)
      socket.write(request)
    }
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('connect', send)
    socket.on('data', (chunk) => {
      pending += chunk
      const end = pending.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = pending.slice(0, end)
      if (!head.startsWith(`HTTP/1.1 ${status} `))
        return reject(new Error(`expected ${status}: ${pending.slice(0, 300)}`))
      const length = status === 304 ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1])
      if (pending.length < end + 4 + length) return
      pending = ''
      send()
    })
  })
}

/** A POST as it goes over the wire. */
export function post(path, body, headers = {}) {
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  })
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
