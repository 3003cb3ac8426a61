import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../test/upstreams/faults.js'
import { configuration, eventually, run, start, startFake, stopAll } from './running.js'

afterEach(stopAll)

const streaming = { realtime: true, pollIntervalMs: 60_000 }

describe("CloudBees' event stream", () => {
  it('is asked for with the key', async () => {
    const { fake } = await start(streaming)
    await eventually(() => fake.streams()).toBe(1)
    const request = fake.requests.find(({ path }) => path.startsWith('/sse/'))
    expect(request).toMatchObject({
      path: `/sse/${fake.environmentKey}`,
      headers: { accept: 'text/event-stream' },
    })
  })

  it('leads to a look at once when it says that something changed', async () => {
    const { fake, running } = await start(streaming)
    await eventually(() => fake.streams()).toBe(1)
    fake.publish(configuration('b'))
    fake.announce('changed')
    await eventually(() => running.value()).toBe('b')
  })

  it('leads to no look when it says anything else', async () => {
    const { fake } = await start(streaming)
    await eventually(() => fake.streams()).toBe(1)
    fake.announce('heartbeat')
    fake.endStreams()
    // It has been read to its end when it is asked for again.
    await eventually(() => fake.requests.filter(({ path }) => path.startsWith('/sse/')).length).toBe(2)
    expect(fake.requests.filter(({ path }) => path.startsWith('/conf/'))).toHaveLength(1)
  })

  it('is opened again when it ends', async () => {
    const { fake, running } = await start(streaming)
    await eventually(() => fake.streams()).toBe(1)
    fake.endStreams()
    await eventually(() => fake.requests.filter(({ path }) => path.startsWith('/sse/')).length).toBe(2)
    await eventually(() => fake.streams()).toBe(1)
    fake.publish(configuration('b'))
    fake.announce('changed')
    await eventually(() => running.value()).toBe('b')
  })

  it.each<[string, Fault]>([
    ['is not there', { kind: 'status', status: 404 }],
    ['fails', { kind: 'status', status: 500 }],
    ['never begins', { kind: 'delay', ms: 60_000 }],
    ['is no stream', { kind: 'body', body: '<html>', contentType: 'text/html' }],
    ['is elsewhere', { kind: 'redirect', to: 'http://127.0.0.1:1/' }],
    ['is cut', { kind: 'cut', afterBytes: 0 }],
  ])('is done without where it %s: changes are seen by polling', async (_row, fault) => {
    const fake = await startFake()
    fake.streamFault = fault
    const { environment, value } = run(fake, { realtime: true })
    await eventually(() => value()).toBe('a')
    await eventually(() => fake.requests.some(({ path }) => path.startsWith('/sse/'))).toBe(true)
    fake.publish(configuration('b'))
    await eventually(() => value()).toBe('b')
    expect(environment.status()).toMatchObject({ state: 'fresh', lastError: null })
  })

  it('is not asked for where it is not wanted', async () => {
    const { fake, running } = await start()
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(1)
    expect(fake.requests.filter(({ path }) => path.startsWith('/sse/'))).toEqual([])
  })
})
