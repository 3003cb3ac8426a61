import { expect, it } from 'vitest'
import { attack, problemsOf } from './attack.mjs'
import { holdSlowClients } from './hold-slow-clients.mjs'
import { privateText, secrets, serverOnly } from './relay-under-attack.mjs'

/** The long run is `npm run hostile`. */
it('hostile requests on both planes do no harm, and get nothing that is not theirs', async () => {
  const { sent, findings, statuses } = await attack({ requests: 4_000, seed: 20_261_124 })
  expect(findings).toEqual([])
  expect(sent).toBe(4_000)
  // They get as far as they should: what is sent is not all refused at the door.
  expect([...statuses.keys()]).toEqual(
    expect.arrayContaining(['data 200', 'data 400', 'data 401', 'data 403', 'data 413', 'data 431', 'management 200']),
  )
})

it('what must not get out is seen where it does', () => {
  const request = (text: string) => ({ plane: 'data', bytes: Buffer.from(text), isWhole: true }) as const
  const problems = (text: string, answer: object): string[] => [
    ...problemsOf(request(text), { status: 200, head: '', body: '', isSilent: false, ...answer }),
  ]
  const ofClient = `Authorization: Bearer ${secrets.clientKey}`
  expect(problems('', { body: `{"key":"${secrets.upstreamKey}"}` })).toEqual([`an answer holds ${secrets.upstreamKey}`])
  expect(problems('', { head: `X: ${privateText}` })).toEqual([`an answer holds ${privateText}`])
  expect(problems(ofClient, { body: serverOnly[0] })).toEqual([`a client key was told ${serverOnly[0]}`])
  expect(problems('', { status: 500 })).toHaveLength(1)
  expect(problems('', { status: 503 })).toHaveLength(1)
  expect(problems('', { status: 503, head: 'HTTP/1.1 503 x\r\nRetry-After: 2' })).toEqual([])
  expect(problems(`GET /${privateText}`, { body: privateText })).toEqual([])
  expect(problems('GET /', { status: 0, isSilent: true })).toHaveLength(1)
})

it('5,000 slow clients are cut off in time, and a normal one notices nothing', async () => {
  const file = new URL('../../relay/bin/demo/flags.json', import.meta.url).pathname
  const { before, meanwhile, fresh, opened, held, after, tooSlow } = await holdSlowClients({
    file,
    connections: 5_000,
    asked: 500,
  })
  console.log(`median ${before.medianMs} ms alone, ${meanwhile.medianMs} ms beside ${held.open} slow clients`)
  expect([before.failed, meanwhile.failed, fresh.failed]).toEqual([0, 0, 0])
  expect(opened.open).toBeGreaterThan(4_900)
  expect(after).toEqual({ open: 0, cut: 5_000 })
  expect(tooSlow).toBeGreaterThan(4_900)
})
