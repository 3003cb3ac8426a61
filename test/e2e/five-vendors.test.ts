import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { afterEach, describe, expect, it } from 'vitest'
import { startFakeCloudBees } from '../upstreams/fake-cloudbees.js'
import { startFakeFeatBit } from '../upstreams/fake-featbit.js'
import { startFakeFlagbase } from '../upstreams/fake-flagbase.js'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { startTestRelay, type TestRelay } from './relay-process.js'
import { cloudBeesShop, featBitShop, flagbaseShop, flagdShop, flagsmithShop } from './shop.js'

/** Waits until it is so, for longer than even a busy machine needs. */
function eventually<T>(read: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 10_000 })
}

const names = ['flagd', 'flagsmith', 'featbit', 'cloudbees', 'flagbase'] as const

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await OpenFeature.clearProviders()
  for (const close of closing.toReversed()) await close()
  closing = []
})

async function closingLater<Resource extends { close(): Promise<unknown> }>(
  starting: Promise<Resource>,
): Promise<Resource> {
  const resource = await starting
  closing.push(() => resource.close())
  return resource
}

/** One relay over five vendors. In each of them the banner names the vendor. */
async function start(banner: (vendor: string) => string): Promise<{
  readonly relay: TestRelay
  readonly flagsmith: FakeFlagsmith
}> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  closing.push(() => rm(folder, { recursive: true }))
  const path = join(folder, 'flags.json')
  await writeFile(path, JSON.stringify(flagdShop({ banner: banner('flagd') })))
  const flagsmith = await closingLater(startFakeFlagsmith(flagsmithShop({ banner: banner('flagsmith') })))
  const featbit = await closingLater(startFakeFeatBit(featBitShop({ banner: banner('featbit') })))
  const cloudbees = await closingLater(startFakeCloudBees(cloudBeesShop({ banner: banner('cloudbees') })))
  const flagbase = await closingLater(startFakeFlagbase(flagbaseShop({ banner: banner('flagbase') })))
  const upstreams = {
    flagd: { TYPE: 'file', PATH: path },
    flagsmith: {
      TYPE: 'flagsmith',
      ENVIRONMENT_KEY: flagsmith.environmentKey,
      BASE_URL: flagsmith.baseUrl,
      POLL_INTERVAL: '50ms',
    },
    featbit: { TYPE: 'featbit', SERVER_SECRET: featbit.serverSecret, BASE_URL: featbit.baseUrl },
    cloudbees: { TYPE: 'cloudbees', ENVIRONMENT_KEY: cloudbees.environmentKey, BASE_URL: cloudbees.baseUrl },
    flagbase: {
      TYPE: 'flagbase',
      SERVER_KEY: flagbase.serverKey,
      BASE_URL: flagbase.baseUrl,
      TYPED_VARIATIONS: 'true',
    },
  }
  const settings = Object.entries(upstreams).flatMap(([name, upstream]) => [
    [`ENVIRONMENTS__${name.toUpperCase()}__SERVER_KEYS__0`, keyOf(name)],
    ...Object.entries(upstream).map(([option, text]) => [
      `ENVIRONMENTS__${name.toUpperCase()}__UPSTREAM__${option}`,
      text,
    ]),
  ])
  const relay = await closingLater(startTestRelay(Object.fromEntries(settings) as Record<string, string>))
  await eventually(() => statesOf(relay)).toEqual(Object.fromEntries(names.map((name) => [name, 'fresh'])))
  return { relay, flagsmith }
}

function keyOf(name: string): string {
  return `server-key-of-${name}`
}

async function statesOf({ managementUrl }: TestRelay): Promise<Record<string, string>> {
  const answer = await fetch(`${managementUrl}/status`)
  const { environments } = (await answer.json()) as {
    readonly environments: readonly { readonly name: string; readonly state: string }[]
  }
  return Object.fromEntries(environments.map(({ name, state }) => [name, state]))
}

/** The application. It knows the relay's address and a key, and nothing of what is behind them. */
async function application(client: Client): Promise<object> {
  const [free, gold] = [
    { targetingKey: 'u1', plan: 'free' },
    { targetingKey: 'u2', plan: 'gold' },
  ]
  return {
    bannerForFree: await client.getStringValue('banner', 'none', free),
    bannerForGold: await client.getStringValue('banner', 'none', gold),
    checkout: await client.getBooleanValue('checkout', false, free),
    limit: await client.getNumberValue('limit', 0, free),
    missing: (await client.getBooleanDetails('nowhere', true, free)).errorCode,
  }
}

/** Gives the application another key, and nothing else. */
async function switchTo(name: string, { dataUrl }: TestRelay, mode: 'remote' | 'in-process'): Promise<void> {
  await OpenFeature.setProviderAndWait('shop', new SwitchyardProvider({ url: dataUrl, apiKey: keyOf(name), mode }))
}

describe.each(['remote', 'in-process'] as const)('an application over five vendors in one relay (%s)', (mode) => {
  it('gets the same answers from all of them: only its key differs', async () => {
    const { relay } = await start(() => 'hello')
    const client = OpenFeature.getClient('shop')
    for (const name of names) {
      await switchTo(name, relay, mode)
      expect([name, await application(client)]).toEqual([
        name,
        { bannerForFree: 'hello', bannerForGold: 'hello gold', checkout: true, limit: 25, missing: 'FLAG_NOT_FOUND' },
      ])
    }
  })

  it('gets the answers of the vendor that its key is of, there and back', async () => {
    const { relay } = await start((vendor) => `hello from ${vendor}`)
    const client = OpenFeature.getClient('shop')
    for (const name of [...names, ...names.toReversed()]) {
      await switchTo(name, relay, mode)
      expect(await application(client)).toMatchObject({ bannerForFree: `hello from ${name}` })
    }
  })

  it('notices nothing when one of them fails, and the others stay fresh', async () => {
    const { relay, flagsmith } = await start(() => 'hello')
    flagsmith.fault = { kind: 'status', status: 500 }
    await eventually(async () => (await statesOf(relay))['flagsmith']).toBe('stale')
    const client = OpenFeature.getClient('shop')
    for (const name of names) {
      await switchTo(name, relay, mode)
      expect([name, await client.getStringValue('banner', 'none', { targetingKey: 'u' })]).toEqual([name, 'hello'])
    }
    const { flagsmith: failing, ...others } = await statesOf(relay)
    expect([failing, new Set(Object.values(others))]).toEqual(['stale', new Set(['fresh'])])
  })
})
