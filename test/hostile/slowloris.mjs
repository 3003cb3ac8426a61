/** Thousands of clients that keep a server waiting, in a process of their own, so that only the server has to do with them. */
import { connect } from 'node:net'

const head = 'POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\n'
/** How they begin, and what they add once a second. */
const kinds = [
  { begin: '', add: '' },
  { begin: head, add: 'X: y\r\n' },
  { begin: `${head}Authorization: Bearer ${process.env.KEY}\r\nContent-Length: 900000\r\n\r\n{`, add: ' ' },
  { begin: `${head}Authorization: Bearer ${process.env.KEY}\r\nTransfer-Encoding: chunked\r\n\r\n`, add: '1\r\n \r\n' },
]
/** Fewer than a server's queue for new connections holds. */
const openingAtOnce = 100

const sockets = new Set()
let cut = 0

process.once('message', async ({ port, count }) => {
  let left = count
  const worker = async () => {
    while (left-- > 0) await open(port, kinds[left % kinds.length])
  }
  await Promise.all(Array.from({ length: openingAtOnce }, worker))
  process.send({ open: sockets.size, cut })
  setInterval(() => {
    for (const { socket, add } of sockets) socket.write(add)
  }, 1_000)
  process.on('message', () => process.send({ open: sockets.size, cut }))
})
process.on('disconnect', () => process.exit())

function open(port, { begin, add }) {
  return new Promise((resolve) => {
    const entry = { socket: connect(port, '127.0.0.1'), add }
    entry.socket.on('connect', () => {
      sockets.add(entry)
      entry.socket.write(begin)
      resolve()
    })
    entry.socket.resume()
    // Writing to what was closed is what slow clients do.
    entry.socket.on('error', () => {})
    entry.socket.on('close', () => {
      sockets.delete(entry)
      cut += 1
      resolve()
    })
  })
}
