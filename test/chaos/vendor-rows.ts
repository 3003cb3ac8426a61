/** Rows in which the vendor answers, and wrongly. */
import assert from 'node:assert/strict'
import { flagsmithDocument } from '../e2e/flagsmith-document.js'
import type { FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import type { Fault } from '../upstreams/faults.js'
import type { Played, Row } from './row.js'
import { answers, data, freshAgain, noticed, pollingFlagsmith } from './scene.js'
import { until, type Stage } from './stage.js'
import { saidBy } from './status-watch.js'

/** The vendor answers wrongly while it has a change, and rightly again. */
async function playFault(stage: Stage, faultOf: (fake: FakeFlagsmith) => Fault): Promise<Played> {
  const fake = await stage.vendor()
  const relay = await stage.relay(pollingFlagsmith(fake))
  await data(relay)
  const client = stage.client(relay)
  await answers(client, 20)
  fake.fault = faultOf(fake)
  stage.publish(fake, 'second')
  await noticed(relay)
  const before = fake.requests.length
  await answers(client)
  const said = await saidBy(relay)
  const looks = fake.requests.length - before
  fake.fault = null
  return {
    freshAgainMs: await freshAgain(stage, [relay], [client]),
    said,
    note: `${looks} looks at the vendor meanwhile`,
  }
}

/** The vendor gives a document in which nothing is wrong but that it has none of the flags. The guard holds it. */
async function playLoss(stage: Stage, document: object): Promise<Played> {
  const fake = await stage.vendor()
  const relay = await stage.relay({ ...pollingFlagsmith(fake), ENVIRONMENTS__SHOP__MAX_LOSS_PERCENT: '50' })
  await data(relay)
  const client = stage.client(relay)
  await answers(client, 20)
  fake.publish(document)
  await noticed(relay)
  await answers(client)
  const said = await saidBy(relay)
  stage.publish(fake, 'second')
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

const retryAfterSeconds = 3
/** Timers may be early by the part of a millisecond that they do not count. */
const timerErrorMs = 2

/** The vendor says when to come again; whoever comes earlier breaks the row. */
async function playRateLimit(stage: Stage): Promise<Played> {
  const fake = await stage.vendor()
  const relay = await stage.relay(pollingFlagsmith(fake))
  await data(relay)
  const client = stage.client(relay)
  fake.fault = { kind: 'status', status: 429, headers: { 'retry-after': String(retryAfterSeconds) } }
  stage.publish(fake, 'second')
  await noticed(relay)
  const isRefusal = ({ status }: FakeFlagsmith['requests'][number]): boolean => status() === 429
  await until('it was refused twice', () => fake.requests.filter(isRefusal).length >= 2)
  await answers(client)
  const said = await saidBy(relay)
  fake.fault = null
  const freshAgainMs = await freshAgain(stage, [relay], [client])
  const [first, ...later] = fake.requests.slice(fake.requests.findIndex(isRefusal)).map(({ atMs }) => atMs)
  const pauses = later.slice(0, 2).map((atMs, index) => atMs - (index === 0 ? (first ?? 0) : (later[0] ?? 0)))
  for (const pauseMs of pauses)
    assert.ok(pauseMs >= retryAfterSeconds * 1_000 - timerErrorMs, `asked after ${pauseMs} ms`)
  return { freshAgainMs, said, note: `pauses of ${pauses.map(Math.round).join(' and ')} ms` }
}

function fault(
  { id, title, means, says }: Pick<Row, 'id' | 'title' | 'means' | 'says'>,
  faultOf: Fault | ((fake: FakeFlagsmith) => Fault),
): Row {
  const play = (stage: Stage): Promise<Played> =>
    playFault(stage, typeof faultOf === 'function' ? faultOf : () => faultOf)
  return { id, title, means, says, isQuick: true, play }
}

function loss(what: Pick<Row, 'id' | 'title' | 'means'>, document: object): Row {
  return { ...what, says: /^degraded, held: blast-radius$/, isQuick: true, play: (stage) => playLoss(stage, document) }
}

function refusal(status: number, says: RegExp): Row {
  return fault(
    { id: String(status), title: String(status), means: 'scripted vendor', says },
    { kind: 'status', status },
  )
}

/** In the order of the table. */
export const vendorRows: readonly Row[] = [
  fault(
    { id: 'drip', title: 'slow drip', means: 'scripted vendor: a byte every 20 ms', says: /^stale, UPSTREAM_TIMEOUT$/ },
    { kind: 'drip', everyMs: 20 },
  ),
  fault(
    {
      id: 'truncated',
      title: 'truncated',
      means: 'scripted vendor: half a document',
      says: /^stale, UPSTREAM_MALFORMED$/,
    },
    { kind: 'truncated' },
  ),
  fault(
    {
      id: 'wrong-type',
      title: 'wrong type',
      means: 'scripted vendor: a page of HTML',
      says: /^stale, UPSTREAM_MALFORMED$/,
    },
    { kind: 'body', body: '<html>maintenance</html>', contentType: 'text/html' },
  ),
  refusal(401, /^degraded, UPSTREAM_UNAUTHORIZED$/),
  refusal(403, /^degraded, UPSTREAM_UNAUTHORIZED$/),
  refusal(404, /^degraded, UPSTREAM_NOT_FOUND$/),
  {
    id: '429',
    title: '429 with Retry-After',
    means: `scripted vendor: Retry-After: ${retryAfterSeconds}, which is held to`,
    says: /^stale, UPSTREAM_RATE_LIMITED$/,
    isQuick: true,
    play: playRateLimit,
  },
  fault(
    { id: '500', title: '500 storm', means: 'scripted vendor: every answer', says: /^stale, UPSTREAM_STATUS$/ },
    { kind: 'status', status: 500 },
  ),
  fault(
    {
      id: 'redirect-loop',
      title: 'redirect loop',
      means: 'scripted vendor: leads to itself',
      says: /^stale, UPSTREAM_REDIRECT$/,
    },
    ({ baseUrl }) => ({ kind: 'redirect', to: `${baseUrl}/environment-document/` }),
  ),
  loss(
    { id: 'emptied', title: 'document without flags', means: 'scripted vendor: valid, and empty; maxLossPercent: 50' },
    flagsmithDocument([]),
  ),
  loss(
    { id: 'foreign', title: "another environment's document", means: 'scripted vendor: its flags; maxLossPercent: 50' },
    { ...flagsmithDocument([{ name: 'checkout', value: 'theirs' }]), id: 2, api_key: 'OTHER', name: 'Other' },
  ),
]
