import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { SwitchyardProvider, type SwitchyardProviderOptions } from '@switchyard/openfeature-provider/server'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from './relay-process.js'
import { flagdShop } from './shop.js'

/** An application that evaluates by itself, and a relay whose metrics tell what it answered. */
const serverKey = 'server-key-of-the-shop'
const gold = { targetingKey: 'u', plan: 'gold' }

let closing: (() => Promise<unknown>)[] = []
let domains = 0

afterEach(async () => {
  await OpenFeature.clearProviders()
  for (const close of closing.toReversed()) await close()
  closing = []
})

interface Shop {
  readonly path: string
  write(banner: string): Promise<void>
}

async function startShop(): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-usage-'))
  closing.push(() => rm(folder, { recursive: true }))
  const path = join(folder, 'flags.json')
  const write = (banner: string): Promise<void> => writeFile(path, JSON.stringify(flagdShop({ banner })))
  await write('hello')
  return { path, write }
}

async function startRelay({ path }: Shop, port = 0): Promise<TestRelay> {
  const relay = await startTestRelay({
    SERVER__PORT: String(port),
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: serverKey,
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: path,
  })
  closing.push(() => relay.close())
  await expect.poll(async () => (await relay.status()).state).toBe('fresh')
  return relay
}

async function connect(
  url: string,
  options: Partial<SwitchyardProviderOptions> = {},
): Promise<{ readonly client: Client; readonly provider: SwitchyardProvider }> {
  const domain = `usage-${domains++}`
  const provider = new SwitchyardProvider({ url, apiKey: serverKey, usageIntervalMs: 20, ...options })
  await OpenFeature.setProviderAndWait(domain, provider)
  return { client: OpenFeature.getClient(domain), provider }
}

async function evaluate(client: Client, times: number, context = {}): Promise<void> {
  for (let time = 0; time < times; time += 1) await client.getStringValue('banner', '', context)
}

/** How often a series of the flag `banner` was counted. */
const counted = (relay: TestRelay, variant: string, reason: string, mode = 'in-process'): Promise<number> =>
  relay.metric(
    `switchyard_evaluations_total{environment="shop",flag="banner",variant="${variant}",reason="${reason}",mode="${mode}"}`,
  )
const batches = (relay: TestRelay, outcome: string): Promise<number> =>
  relay.metric(`switchyard_usage_batches_total{environment="shop",outcome="${outcome}"}`)

/** Something in between, that can keep the answers to usage for itself. */
async function startProxy(target: string): Promise<{ readonly url: string; losesAnswers: boolean }> {
  const proxy = { url: '', losesAnswers: false }
  const server = createServer((incoming, response) => {
    const { method, headers, url = '' } = incoming
    const outgoing = request(new URL(url, target), { method, headers }, (answer) => {
      if (proxy.losesAnswers && url.endsWith('/usage')) return void response.destroy()
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.close()
    server.closeAllConnections()
  })
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return proxy
}

describe('evaluations inside an application', () => {
  it('are in the metrics of the relay, beside its own', async () => {
    const relay = await startRelay(await startShop())
    const { client } = await connect(relay.dataUrl)
    const { client: remote } = await connect(relay.dataUrl, { mode: 'remote' })
    await evaluate(client, 3, gold)
    await evaluate(client, 2)
    await evaluate(remote, 4, gold)
    expect(await client.getBooleanDetails('banner', true)).toMatchObject({ errorCode: 'TYPE_MISMATCH' })
    expect(await client.getBooleanDetails('nowhere', true)).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' })
    await expect
      .poll(async () => [
        await counted(relay, 'gold', 'TARGETING_MATCH'),
        await counted(relay, 'all', 'DEFAULT'),
        await counted(relay, '', 'ERROR'),
        await relay.metric(
          'switchyard_evaluations_total{environment="shop",flag="other",variant="",reason="ERROR",mode="in-process"}',
        ),
      ])
      .toEqual([3, 2, 1, 1])
    // What was asked for remotely, and the question with which the remote provider starts.
    expect(await counted(relay, 'gold', 'TARGETING_MATCH', 'remote')).toBe(4)
    expect(await counted(relay, 'all', 'DEFAULT', 'remote')).toBe(1)
    const status = await (await fetch(`${relay.managementUrl}/status`)).json()
    expect(status).toMatchObject({ environments: [{ counts: { inProcessEvaluations: 7 } }] })
  })

  it('are told to the last one when the application ends', async () => {
    const relay = await startRelay(await startShop())
    const { client, provider } = await connect(relay.dataUrl, { usageIntervalMs: 3_600_000 })
    await evaluate(client, 5)
    await provider.onClose()
    expect(await counted(relay, 'all', 'DEFAULT')).toBe(5)
  })

  it('are not told where the application does not want it', async () => {
    const relay = await startRelay(await startShop())
    const { client, provider } = await connect(relay.dataUrl, { usage: false })
    await evaluate(client, 5)
    await provider.onClose()
    expect(await batches(relay, 'counted')).toBe(0)
  })

  it('count once, however often the answer to a batch is lost', async () => {
    const relay = await startRelay(await startShop())
    const proxy = await startProxy(relay.dataUrl)
    const { client } = await connect(proxy.url)
    proxy.losesAnswers = true
    await evaluate(client, 5)
    await expect.poll(() => batches(relay, 'repeated')).toBeGreaterThan(1)
    const inFirstBatch = await counted(relay, 'all', 'DEFAULT')
    expect(inFirstBatch).toBeGreaterThan(0)
    await evaluate(client, 2)
    const before = await batches(relay, 'repeated')
    await expect.poll(() => batches(relay, 'repeated')).toBeGreaterThan(before)
    expect(await counted(relay, 'all', 'DEFAULT')).toBe(inFirstBatch)
    proxy.losesAnswers = false
    await expect.poll(() => counted(relay, 'all', 'DEFAULT')).toBe(7)
  })

  it('go on without the relay, and are told once it is back', async () => {
    const shop = await startShop()
    const first = await startRelay(shop)
    const { client } = await connect(first.dataUrl)
    await evaluate(client, 1)
    await expect.poll(() => counted(first, 'all', 'DEFAULT')).toBe(1)
    await first.close()
    await evaluate(client, 500)
    expect(await client.getStringValue('banner', '', gold)).toBe('hello gold')
    const second = await startRelay(shop, Number(new URL(first.dataUrl).port))
    await expect.poll(() => counted(second, 'all', 'DEFAULT')).toBe(500)
    await expect.poll(() => counted(second, 'gold', 'TARGETING_MATCH')).toBe(1)
  })

  it('are all counted while flags change under them', async () => {
    const shop = await startShop()
    const relay = await startRelay(shop)
    const { client, provider } = await connect(relay.dataUrl, { usageIntervalMs: 5 })
    let asked = 0
    const ask = (): Promise<string> => {
      asked += 1
      return client.getStringValue('banner', '', {})
    }
    for (let change = 0; change < 5; change += 1) {
      await shop.write(`hello ${change}`)
      for (let time = 0; time < 1_000; time += 1) await ask()
      await expect.poll(ask).toBe(`hello ${change}`)
    }
    await provider.onClose()
    expect(await counted(relay, 'all', 'DEFAULT')).toBe(asked)
  })
})
