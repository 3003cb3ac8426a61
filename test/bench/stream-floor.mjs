/**
 * The floor for streams: a bare node:http server that keeps every answer open and writes the bytes that it is given to all of
 * them. Prints its port; takes the bytes, and the word to write them, over the channel to the parent.
 */
import { createServer } from 'node:http'

const answers = new Set()
let opening = Buffer.alloc(0)
let event = Buffer.alloc(0)

const server = createServer((request, answer) => {
  answers.add(answer)
  answer.on('close', () => answers.delete(answer))
  answer.writeHead(200, { 'content-type': 'text/event-stream' })
  answer.write(opening)
})

process.on('message', ({ order, bytes }) => {
  if (order === 'opening') opening = Buffer.from(bytes)
  else if (order === 'event') event = Buffer.from(bytes)
  else for (const answer of answers) answer.write(event)
  if (order !== 'write') process.send({ done: order })
})
process.on('disconnect', () => process.exit())

server.listen(0, '127.0.0.1', () => console.log(server.address().port))
