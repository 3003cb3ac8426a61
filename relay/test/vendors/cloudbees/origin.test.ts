import { afterEach, describe, expect, it } from 'vitest'
import { genuine, genuineBody, genuineKey } from './genuine.js'
import { configuration, eventually, run, start, startFake, stopAll } from './running.js'

afterEach(stopAll)

/** The genuine envelope with a part changed. */
function altered(change: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...genuine, ...change })
}

const changedData = genuine.data.replace('WWVsbG93', 'WWVsbG93IQ==')

/** What is done to the genuine envelope, and what the failure is called. */
const forgeries: [string, string, string][] = [
  ['in which a value is changed', altered({ data: changedData }), 'SIGNATURE_INVALID'],
  ['that is empty', altered({ data: '{"experiments":[],"targetGroups":[]}' }), 'SIGNATURE_INVALID'],
  ['without a signature', altered({ signature_v0: undefined }), 'SIGNATURE_INVALID'],
  ['with a signature that is no text', altered({ signature_v0: 1 }), 'SIGNATURE_INVALID'],
  ['with another signature', altered({ signature_v0: 'bm9uZQ==' }), 'SIGNATURE_INVALID'],
  ['without its envelope', genuine.data, 'DOCUMENT_INVALID'],
  ['that is no text in its envelope', altered({ data: JSON.parse(genuine.data) }), 'DOCUMENT_INVALID'],
]

describe('a configuration for a key of 24 digits', () => {
  it('is served when CloudBees has signed it', async () => {
    const fake = await startFake()
    fake.publishBody(genuineBody)
    const { environment, value } = run(fake, { environmentKey: genuineKey })
    await eventually(() => environment.status().state).toBe('fresh')
    expect(fake.requests[0]?.path).toContain(`/conf/${genuineKey}/6B25CF26C68AC7DF923928C009161CCF?`)
    expect(environment.status().flagCount).toBeGreaterThan(0)
    expect(value('flagTargetGroupsAny', { boolPropTargetGroupOperand1: true })).toBe(true)
    expect(value('flagTargetGroupsAll', { boolPropTargetGroupOperand1: true })).toBe(false)
  })

  it.each(forgeries)('never replaces another one %s', async (_row, body, code) => {
    const fake = await startFake()
    fake.publishBody(genuineBody)
    const { environment, error } = run(fake, { environmentKey: genuineKey })
    await eventually(() => environment.served).not.toBeNull()
    const { served } = environment
    fake.publishBody(body)
    await eventually(error).toBe(code)
    expect(environment.served).toBe(served)
    expect(environment.status().state).toMatch(/^(stale|degraded)$/)
    expect(environment.activity.fetches).toMatchObject({ document: 1, failed: 0 })
    expect(environment.activity.fetches.refused).toBeGreaterThan(0)
    fake.publishBody(genuineBody)
    await eventually(() => environment.status().state).toBe('fresh')
  })

  it.each(forgeries)('is not served at the start %s', async (_row, body, code) => {
    const fake = await startFake()
    fake.publishBody(body)
    const { environment, error } = run(fake, { environmentKey: genuineKey })
    await eventually(error).toBe(code)
    expect(environment.served).toBeNull()
  })

  it('is not signed by CloudBees when it comes from the API either', async () => {
    const fake = await startFake()
    fake.publishBody(altered({ data: changedData }))
    const { error } = run(fake, { environmentKey: genuineKey, cdn: false })
    await eventually(error).toBe('SIGNATURE_INVALID')
  })

  it('is served unsigned where that is wanted', async () => {
    const fake = await startFake()
    fake.publishBody(altered({ data: changedData, signature_v0: undefined }))
    const { environment } = run(fake, { environmentKey: genuineKey, verifySignature: false })
    await eventually(() => environment.served).not.toBeNull()
  })
})

describe('a configuration for a key that is a UUID', () => {
  it('is served whatever its signature is', async () => {
    const { running } = await start()
    expect(running.value()).toBe('a')
  })

  it('is never one without its envelope', async () => {
    const { fake, running } = await start()
    fake.publishBody(JSON.stringify({ ...configuration('b'), application: fake.environmentKey }))
    await eventually(running.error).toBe('DOCUMENT_INVALID')
    expect(running.value()).toBe('a')
  })
})

describe('a configuration', () => {
  it.each([
    ['for another key', { application: '11111111-1111-1111-1111-111111111111' }],
    ['for nobody', {}],
  ])('%s replaces nothing, and neither key is told', async (_row, about) => {
    const { fake, running } = await start()
    fake.publishBody(JSON.stringify({ data: JSON.stringify({ ...configuration('b'), ...about }), signature_v0: 'x' }))
    await eventually(running.error).toBe('DOCUMENT_INVALID')
    expect(running.value()).toBe('a')
    expect(running.environment.status().lastError?.message).not.toMatch(/[0-9a-f]{8}/)
  })

  it.each([
    ['no JSON', '{"experiments":'],
    ['null', 'null'],
    ['a list', '[]'],
  ])('whose envelope holds %s replaces nothing', async (_row, data) => {
    const { fake, running } = await start()
    fake.publishBody(JSON.stringify({ data, signature_v0: 'x' }))
    await eventually(running.error).toBe('DOCUMENT_INVALID')
    expect(running.value()).toBe('a')
  })

  it('whose parts cannot be read is refused by the engine, and goes on being refused', async () => {
    const { fake, running } = await start()
    const data = JSON.stringify({ experiments: {}, application: fake.environmentKey })
    fake.publishBody(JSON.stringify({ data, signature_v0: 'x' }))
    await eventually(running.error).toBe('DOCUMENT_INVALID')
    const { unchanged } = running.environment.activity.fetches
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(unchanged)
    expect(running.environment.status().state).toMatch(/^(stale|degraded)$/)
    expect(running.value()).toBe('a')
  })

  it.each([
    ['RFC 3339', '2026-01-01T00:00:00.000Z', 1],
    ['anything else', 'yesterday', 0],
  ])('that is dated in %s is served, and its delay is known from a date', async (_row, date, count) => {
    const { fake, running } = await start()
    const data = JSON.stringify({ ...configuration('b'), application: fake.environmentKey })
    fake.publishBody(JSON.stringify({ data, signature_v0: 'x', signed_date: date }))
    await eventually(() => running.value()).toBe('b')
    expect(running.environment.activity.propagation.read().count).toBe(count)
  })
})

describe('the key', () => {
  it.each([
    ['the server fails', { kind: 'status', status: 500 } as const],
    ['the server cannot be found', null],
  ])('stays untold in logs and status while %s', async (_row, fault) => {
    const fake = await startFake()
    fake.fault = fault
    const nowhere = 'http://cloudbees.invalid'
    const { environment, log, error } = run(
      fake,
      fault === null ? { baseUrl: nowhere, realtime: true, realtimeUrl: nowhere } : {},
    )
    await eventually(error).toBeDefined()
    const told = `${log.join('')}${JSON.stringify(environment.status())}`
    expect(log.length).toBeGreaterThan(0)
    expect(told).not.toContain(fake.environmentKey)
  })
})
