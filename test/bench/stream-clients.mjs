/**
 * Clients of event streams: plain sockets, so that they cost less than any server. Told what to do over the channel to the
 * parent, and tell it when every client has done it.
 */
import { connect } from 'node:net'

/** How many connections are under way at once: fewer than a server's queue for new ones holds. */
const openingAtOnce = 100
/** How often a client tries again whom a busy server let go without a word: some give a request's head a second to arrive. */
const attempts = 20
/** End of an event in a chunk of its own. */
const eventEnd = '\n\n\r\n'

/** By port. */
const groups = new Map()

process.on('message', ({ order, port, ...rest }) => {
  if (order === 'open') return void open(port, rest)
  if (order === 'arm') return arm(groups.get(port))
  throw new Error(`no order ${order}`)
})
process.on('disconnect', () => process.exit())

/**
 * Opens that many streams; each is open once it has read that text and the event it is in has ended. Where it is told by which text news
 * are known, the first chunk with it is waited for, and streams need no events that end as ours do.
 */
async function open(port, { path, count, until, request = getOf(path), news, address }) {
  const group = { sockets: [], waiting: 0, event: null, firstNs: null }
  groups.set(port, group)
  let left = count
  const worker = async () => {
    while (left-- > 0) group.sockets.push(await openPatiently({ port, address }, request, { until, news }))
  }
  await Promise.all(Array.from({ length: openingAtOnce }, worker))
  for (const [index, socket] of group.sockets.entries()) {
    socket.on('data', news === undefined ? listener(group, index === 0) : newsListener(group, news))
  }
  process.send({ done: 'open' })
}

function getOf(path) {
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`
}

async function openPatiently(where, request, { until, news }) {
  if (news === undefined) return openOne(where, request, { until, ends: true })
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openOne(where, request, { until, ends: false })
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}

function openOne({ port, address }, request, { until, ends }) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ...(address && { localAddress: address }) })
    let text = ''
    const read = (chunk) => {
      text += chunk.latin1Slice()
      if (!text.startsWith('HTTP/1.1 200 ')) return reject(new Error(`expected a stream: ${text}`))
      if (!text.includes(until) || (ends && !text.endsWith(eventEnd))) return
      socket.off('data', read)
      socket.off('close', close)
      socket.on('close', () => {
        throw new Error('a stream ended')
      })
      resolve(socket)
    }
    const close = () => reject(new Error(`a stream ended: ${text.slice(-200)}`))
    socket.on('data', read)
    socket.on('error', reject)
    socket.on('close', close)
    socket.write(request)
  })
}

/** What a client does with what it reads; the first one keeps the whole event. */
function listener(group, isFirst) {
  const chunks = []
  return (chunk) => {
    if (isFirst) chunks.push(chunk)
    if (chunk.length < eventEnd.length || chunk.latin1Slice(chunk.length - eventEnd.length) !== eventEnd) return
    if (isFirst) group.event = Buffer.concat(chunks.splice(0)).latin1Slice()
    group.waiting -= 1
    if (group.waiting === 0) process.send({ done: 'event', atNs: String(process.hrtime.bigint()), event: group.event })
    if (group.waiting < 0) throw new Error('an event that nobody waits for')
  }
}

/** The first news after each arming count; a server may write them in pieces, and more than once. */
function newsListener(group, news) {
  let text = ''
  let round = 0
  return (chunk) => {
    if (round === group.round) return
    text += chunk.latin1Slice()
    if (!text.includes(news)) {
      text = text.slice(-news.length)
      return
    }
    text = ''
    round = group.round
    group.firstNs ??= String(process.hrtime.bigint())
    group.waiting -= 1
    if (group.waiting === 0)
      process.send({ done: 'event', firstNs: group.firstNs, atNs: String(process.hrtime.bigint()) })
  }
}

/** The next event is awaited by all. */
function arm(group) {
  group.waiting = group.sockets.length
  group.round = (group.round ?? 0) + 1
  group.firstNs = null
  process.send({ done: 'arm' })
}
