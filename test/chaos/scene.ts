/** Steps that rows have in common. */
import type { FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { freePort } from '../upstreams/redis-server.js'
import { until, type Relay, type Stage } from './stage.js'
import type { SteadyClient } from './steady-client.js'

/** Settings of a relay that polls Flagsmith, quickly, so that a row takes seconds. */
export function pollingFlagsmith(fake: FakeFlagsmith, baseUrl = fake.baseUrl): Record<string, string> {
  return {
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__SHOP__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: baseUrl,
    ENVIRONMENTS__SHOP__UPSTREAM__POLL_INTERVAL: '250ms',
    ENVIRONMENTS__SHOP__UPSTREAM__TIMEOUT: '3s',
  }
}

export function portOf({ baseUrl }: FakeFlagsmith): number {
  return Number(new URL(baseUrl).port)
}

/** A line to the vendor on a port that is known before anybody listens there. */
export async function refusableVendor(stage: Stage) {
  const fake = await stage.vendor()
  const port = await freePort()
  const settings = pollingFlagsmith(fake, `http://127.0.0.1:${port}/api/v1`)
  const open = () => stage.line(() => portOf(fake), port)
  return { fake, settings, open }
}

/** Waits until the relay has what the upstream has. */
export async function data(relay: Relay): Promise<void> {
  await until('data', async () => (await relay.status()).state === 'fresh')
}

/** Waits until the relay says that what it has may not be what the upstream has. */
export async function noticed(relay: Relay): Promise<void> {
  await until('it is noticed', async () => (await relay.status()).state !== 'fresh')
}

/** Answers that every outage has to last for. */
const answersDuringOutage = 100

/** Waits until the client has had so many more answers. */
export async function answers(client: SteadyClient, count = answersDuringOutage): Promise<void> {
  const from = client.asked()
  await until(`${count} answers`, () => client.asked() - from >= count)
}

/** @returns when the newest revision is what the relays serve, and they say that it is fresh; older ones are wrong from then on */
export async function freshAgain(
  stage: Stage,
  relays: readonly Relay[],
  clients: readonly SteadyClient[],
): Promise<number> {
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
