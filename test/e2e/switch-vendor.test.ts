import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { afterEach, describe, expect, it } from 'vitest'
import { startFakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { startTestRelay } from './relay-process.js'

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await OpenFeature.clearProviders()
  for (const close of closing.toReversed()) await close()
  closing = []
})

/** The application. It knows the relay's address, and nothing of what is behind it. */
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
    off: await client
      .getStringDetails('retired', 'code default', free)
      .then(({ value, reason }) => `${value} ${reason}`),
    missing: (await client.getBooleanDetails('nowhere', true, free)).errorCode,
  }
}

async function run(settings: Readonly<Record<string, string>>): Promise<object> {
  const relay = await startTestRelay(settings)
  closing.push(() => relay.close())
  await expect.poll(() => relay.flags({})).toHaveProperty('checkout')
  const domain = `switch-${closing.length}`
  await OpenFeature.setProviderAndWait(domain, new SwitchyardProvider({ url: relay.dataUrl, mode: 'remote' }))
  return application(OpenFeature.getClient(domain))
}

const flagFile = {
  flags: {
    banner: {
      state: 'ENABLED',
      variants: { on: 'hello', gold: 'hello gold' },
      defaultVariant: 'on',
      targeting: { if: [{ '==': [{ var: 'plan' }, 'gold'] }, 'gold', null] },
    },
    checkout: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' },
    limit: { state: 'ENABLED', variants: { on: 25 }, defaultVariant: 'on' },
    retired: { state: 'DISABLED', variants: { on: 'x' }, defaultVariant: 'on' },
  },
}

describe('an application', () => {
  it('gets the same answers from a flag file and from Flagsmith: only the configuration of the relay differs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
    closing.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'flags.json'), JSON.stringify(flagFile))
    const fake = await startFakeFlagsmith(
      flagsmithDocument(
        [
          { name: 'banner', value: 'hello' },
          { name: 'checkout' },
          { name: 'limit', value: 25 },
          { name: 'retired', value: 'x', enabled: false },
        ],
        'hello gold',
      ),
    )
    closing.push(() => fake.close())

    const fromFile = await run({
      ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'file',
      ENVIRONMENTS__PROD__UPSTREAM__PATH: join(folder, 'flags.json'),
    })
    const fromFlagsmith = await run({
      ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'flagsmith',
      ENVIRONMENTS__PROD__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
      ENVIRONMENTS__PROD__UPSTREAM__BASE_URL: fake.baseUrl,
    })
    expect(fromFlagsmith).toEqual(fromFile)
    expect(fromFile).toEqual({
      bannerForFree: 'hello',
      bannerForGold: 'hello gold',
      checkout: true,
      limit: 25,
      off: 'code default DISABLED',
      missing: 'FLAG_NOT_FOUND',
    })
  })
})
