/** Rows in which the vendor, or the way to it, is what fails. */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import type { Fault } from '../upstreams/faults.js'
import { freePort } from '../upstreams/redis-server.js'
import { saidBy, type Played, type Row } from './row.js'
import { until, type Relay, type Stage } from './stage.js'
import type { SteadyClient } from './steady-client.js'
import { startTlsLine } from './tls-line.js'

/** Answers that every outage has to last for. */
const answersDuringOutage = 100

/** A relay that polls Flagsmith, quickly, so that a row takes seconds. */
function pollingFlagsmith(fake: FakeFlagsmith, baseUrl = fake.baseUrl): Record<string, string> {
  return {
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__SHOP__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: baseUrl,
    ENVIRONMENTS__SHOP__UPSTREAM__POLL_INTERVAL: '250ms',
    ENVIRONMENTS__SHOP__UPSTREAM__TIMEOUT: '1s',
  }
}

/** Waits until the client has had so many more answers. */
async function answers(client: SteadyClient, count = answersDuringOutage): Promise<void> {
  const from = client.asked()
  await until(`${count} answers`, () => client.asked() - from >= count)
}

/** @returns when the newest revision is what the relay serves, and it says that it is fresh; older ones are wrong from then on */
async function freshAgain(stage: Stage, relays: readonly Relay[], clients: readonly SteadyClient[]): Promise<number> {
  const newest = stage.story.revisions.length - 1
  const freshAgainMs = await until('fresh again', async () => {
    if (clients.some((client) => client.newest() < newest)) return false
    const states = await Promise.all(relays.map(async (relay) => (await relay.status()).state))
    return states.every((state) => state === 'fresh')
  })
  for (const client of clients) client.settle()
  await Promise.all(clients.map((client) => answers(client, 20)))
  return freshAgainMs
}

/** The vendor answers wrongly while it has a change, and rightly again. */
async function playFault(stage: Stage, faultOf: (fake: FakeFlagsmith) => Fault): Promise<Played> {
  const fake = await stage.vendor()
  const relay = await stage.relay(pollingFlagsmith(fake))
  await until('data', async () => (await relay.status()).state === 'fresh')
  const client = stage.client(relay)
  await answers(client, 20)
  fake.fault = faultOf(fake)
  stage.publish(fake, 'second')
  await until('it is noticed', async () => (await relay.status()).lastError !== null)
  const before = fake.requests.length
  await answers(client)
  const said = await saidBy(relay)
  const asked = fake.requests.length - before
  fake.fault = null
  return {
    freshAgainMs: await freshAgain(stage, [relay], [client]),
    said,
    note: `${asked} looks at the vendor meanwhile`,
  }
}

const fault = (id: string, title: string, means: string, faultOf: Fault | ((fake: FakeFlagsmith) => Fault)): Row => ({
  id,
  title,
  means,
  isQuick: true,
  play: (stage) => playFault(stage, typeof faultOf === 'function' ? faultOf : () => faultOf),
})

/** A line to the vendor on a port that is known before anybody listens there. */
async function refusableVendor(stage: Stage) {
  const fake = await stage.vendor()
  const port = await freePort()
  const settings = pollingFlagsmith(fake, `http://127.0.0.1:${port}/api/v1`)
  const open = () => stage.line(() => Number(new URL(fake.baseUrl).port), port)
  return { fake, settings, open }
}

async function playRefusedAtStart(stage: Stage, withSnapshot: boolean): Promise<Played> {
  const { fake, settings, open } = await refusableVendor(stage)
  if (withSnapshot) settings['SNAPSHOTS__DIRECTORY'] = await stage.folder()
  if (withSnapshot) {
    const line = await open()
    const before = await stage.relay(settings)
    await until('data', async () => (await before.status()).state === 'fresh')
    await before.stop()
    await line.close()
  }
  const relay = await stage.relay(settings)
  const client = stage.client(relay)
  await answers(client)
  const said = await saidBy(relay)
  stage.publish(fake, 'second')
  await open()
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

async function playLost(stage: Stage): Promise<Played> {
  const { fake, settings, open } = await refusableVendor(stage)
  const line = await open()
  const relay = await stage.relay(settings)
  await until('data', async () => (await relay.status()).state === 'fresh')
  const client = stage.client(relay)
  await line.close()
  stage.publish(fake, 'second')
  await until('it is noticed', async () => (await relay.status()).lastError !== null)
  await answers(client)
  const said = await saidBy(relay)
  await open()
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

async function playTls(stage: Stage): Promise<Played> {
  const fake = await stage.vendor()
  const [cert, key] = ['crt', 'key'].map((end) => readFileSync(`test/fixtures/tls/localhost.${end}`, 'utf8'))
  const line = await startTlsLine(Number(new URL(fake.baseUrl).port), createSecureContext({ cert, key }))
  stage.atEnd(() => line.close())
  const relay = await stage.relay({
    ...pollingFlagsmith(fake, `https://localhost:${line.port}/api/v1`),
    ENVIRONMENTS__SHOP__UPSTREAM__CA: cert ?? '',
  })
  await until('data', async () => (await relay.status()).state === 'fresh')
  const client = stage.client(relay)
  line.speak('nonsense')
  stage.publish(fake, 'second')
  await until('it is noticed', async () => (await relay.status()).lastError !== null)
  await answers(client)
  const said = await saidBy(relay)
  line.speak('tls')
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

/** The hub's changes come over one stream alone; the line forgets it, and the edge has to notice the silence. */
async function playHalfOpen(stage: Stage): Promise<Played> {
  const fake = await stage.vendor()
  const hub = await stage.relay({ ...pollingFlagsmith(fake), SERVER__STREAMS__HEARTBEAT: '1s' })
  await until('data', async () => (await hub.status()).state === 'fresh')
  const line = await stage.line(() => Number(new URL(hub.dataUrl).port))
  const edge = await stage.relay({
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'switchyard',
    ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: `http://127.0.0.1:${line.port}`,
    ENVIRONMENTS__SHOP__UPSTREAM__IDLE_TIMEOUT: '2s',
  })
  await until('data', async () => (await edge.status()).state === 'fresh')
  const client = stage.client(edge)
  await answers(client, 20)
  line.forget()
  stage.publish(fake, 'second')
  const from = client.asked()
  const freshAgainMs = await freshAgain(stage, [edge], [client])
  return {
    freshAgainMs,
    said: 'fresh until the silence is noticed',
    note: `${client.asked() - from} answers meanwhile`,
  }
}

const truncated: Fault = { kind: 'truncated' }
const html: Fault = { kind: 'body', body: '<html>maintenance</html>', contentType: 'text/html' }
const status = (code: number, headers?: Record<string, string>): Fault =>
  headers === undefined ? { kind: 'status', status: code } : { kind: 'status', status: code, headers }

/** In the order of the table. */
export const vendorRows: readonly Row[] = [
  {
    id: 'refused-with-snapshot',
    title: 'upstream refused at start, with a snapshot',
    means: 'nobody listens at its address',
    isQuick: true,
    play: (stage) => playRefusedAtStart(stage, true),
  },
  {
    id: 'refused-without-snapshot',
    title: 'upstream refused at start, without a snapshot',
    means: 'nobody listens at its address',
    isQuick: true,
    play: (stage) => playRefusedAtStart(stage, false),
  },
  { id: 'lost', title: 'lost while serving', means: 'connections cut, port closed', isQuick: true, play: playLost },
  fault('drip', 'slow drip', 'scripted vendor: a byte every 20 ms', { kind: 'drip', everyMs: 20 }),
  fault('truncated', 'truncated', 'scripted vendor: half a document', truncated),
  fault('wrong-type', 'wrong type', 'scripted vendor: a page of HTML', html),
  ...[401, 403, 404].map((code) => fault(String(code), String(code), 'scripted vendor', status(code))),
  fault('429', '429 with Retry-After', 'scripted vendor: Retry-After: 3', status(429, { 'retry-after': '3' })),
  fault('500', '500 storm', 'scripted vendor: every answer', status(500)),
  fault('redirect-loop', 'redirect loop', 'scripted vendor: leads to itself', ({ baseUrl }) => ({
    kind: 'redirect',
    to: `${baseUrl}/environment-document/`,
  })),
  { id: 'tls', title: 'TLS failure', means: 'line: no handshake any more', isQuick: true, play: playTls },
  {
    id: 'half-open',
    title: 'half-open stream',
    means: 'line: an open stream is forgotten, without an end',
    isQuick: true,
    play: playHalfOpen,
  },
]
