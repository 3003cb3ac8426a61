/** Relays over the vendors that the features are run on. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { startTestRelay } from '../../e2e/relay-process.js'
import { startFakeFlagsmith } from '../../upstreams/fake-flagsmith.js'
import type { Changing } from './flag-sets.js'

export const serverKey = 'server-key-of-the-features'
export const clientKey = 'client-key-of-the-features'

/** A vendor's place that holds flags, and a relay that serves them. */
export interface Backend {
  readonly relayUrl: string
  /** Makes the other value of `changing-flag` the one that is served. */
  flipFlag(): Promise<void>
  close(): Promise<void>
}

interface Upstream {
  /** What follows `SWITCHYARD_ENVIRONMENTS__FEATURES__UPSTREAM__`. */
  readonly settings: Readonly<Record<string, string>>
  publish(document: object): Promise<void>
  close(): Promise<unknown>
}

const patience = { timeout: 10_000, interval: 10 }

/** Starts a flag file in flagd's format, with a relay. */
export async function startFlagdBackend(documentOf: (changing: Changing) => object): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-gherkin-'))
  const path = join(folder, 'flags.json')
  const publish = async (document: object): Promise<void> => {
    await writeFile(`${path}.next`, JSON.stringify(document))
    await rename(`${path}.next`, path)
  }
  await publish(documentOf('foo'))
  const close = (): Promise<void> => rm(folder, { recursive: true })
  return startBackend({ settings: { TYPE: 'file', PATH: path }, publish, close }, documentOf)
}

/** Starts a Flagsmith, with a relay that listens to its event stream. */
export async function startFlagsmithBackend(documentOf: (changing: Changing) => object): Promise<Backend> {
  const fake = await startFakeFlagsmith(documentOf('foo'))
  const settings = {
    TYPE: 'flagsmith',
    ENVIRONMENT_KEY: fake.environmentKey,
    BASE_URL: fake.baseUrl,
    REALTIME: 'true',
    REALTIME_URL: fake.realtimeUrl,
  }
  const publish = async (document: object): Promise<void> => {
    await vi.waitFor(() => expect(fake.streams()).toBeGreaterThan(0), patience)
    fake.publish(document)
    fake.announce()
  }
  return startBackend({ settings, publish, close: () => fake.close() }, documentOf)
}

async function startBackend(upstream: Upstream, documentOf: (changing: Changing) => object): Promise<Backend> {
  const settings = Object.entries(upstream.settings).map(([name, value]) => [`UPSTREAM__${name}`, value])
  const keys = { SERVER_KEYS__0: serverKey, CLIENT_KEYS__0: clientKey }
  const environment = Object.entries({ ...Object.fromEntries(settings), ...keys } as Record<string, string>)
  const relay = await startTestRelay(
    Object.fromEntries(environment.map(([name, value]) => [`ENVIRONMENTS__FEATURES__${name}`, value])),
  )
  await vi.waitFor(async () => expect((await relay.status()).state).toBe('fresh'), patience)
  let changing: Changing = 'foo'
  return {
    relayUrl: relay.dataUrl,
    flipFlag() {
      changing = changing === 'foo' ? 'bar' : 'foo'
      return upstream.publish(documentOf(changing))
    },
    async close() {
      await relay.close()
      await upstream.close()
    },
  }
}
