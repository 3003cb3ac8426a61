/** Snapshots from where an operator stands: a relay over a fake Flagsmith and a real disk, the real command, real restarts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, describe, it } from 'vitest'
import { runCommand } from '../../relay/test/cli/run-command.js'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

let directory: string
let fake: FakeFlagsmith
let relay: TestRelay | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switchyard-snapshots-'))
  fake = await startFakeFlagsmith(flagsmithDocument([{ name: 'banner', value: 'first' }]))
})
afterEach(async () => {
  await relay?.close()
  await fake.close()
  await rm(directory, { recursive: true })
})

async function start(settings: Record<string, string> = {}): Promise<TestRelay> {
  relay = await startTestRelay({
    ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__PROD__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__PROD__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__PROD__UPSTREAM__POLL_INTERVAL: '20ms',
    SNAPSHOTS__DIRECTORY: directory,
    MANAGEMENT__ALLOW_CHANGES: 'true',
    STATE_SECRET: 'a-secret-for-what-is-kept',
    ...settings,
  })
  return relay
}

const bannerOf = (of: TestRelay) => of.flags({ targetingKey: 'u' })
const serves = (of: TestRelay, value: string) =>
  expect.poll(() => bannerOf(of), { timeout: 10_000 }).toEqual({ banner: value })

async function snapshotIds({ managementUrl }: TestRelay): Promise<string[]> {
  const { snapshots } = (await (await fetch(`${managementUrl}/snapshots`)).json()) as { snapshots: { id: string }[] }
  return snapshots.map(({ id }) => id)
}

describe('a relay that keeps snapshots', () => {
  it('answers at once after a restart while the upstream refuses everything, and says that the data is old', async () => {
    await serves(await start(), 'first')
    await relay?.close()
    fake.fault = { kind: 'status', status: 500 }
    const again = await start()
    const answer = await fetch(`${again.dataUrl}/ofrep/v1/evaluate/flags/banner`, { method: 'POST' })
    expect([answer.status, answer.headers.get('switchyard-state')]).toEqual([200, 'stale'])
    expect(answer.headers.get('switchyard-age')).toMatch(/^\d+$/)
    const [ready, strict] = await Promise.all(
      ['/readyz', '/readyz?fail-on=stale'].map((path) => fetch(again.managementUrl + path)),
    )
    expect([ready?.status, strict?.status]).toEqual([200, 503])
    expect(await strict?.json()).toEqual({ status: 'stale', waiting: [], stale: ['prod'] })
    fake.fault = null
    await expect.poll(async () => (await again.status()).state, { timeout: 10_000 }).toBe('fresh')
    expect((await fetch(`${again.managementUrl}/readyz?fail-on=stale`)).status).toBe(200)
  })

  it('keeps the data when the key is refused, and says so', async () => {
    await serves(await start(), 'first')
    await relay?.close()
    fake.fault = { kind: 'status', status: 403 }
    const again = await start()
    await expect.poll(async () => (await again.status()).state, { timeout: 10_000 }).toBe('degraded')
    expect((await again.status()).lastError?.code).toBe('UPSTREAM_UNAUTHORIZED')
    expect(await bannerOf(again)).toEqual({ banner: 'first' })
  })

  it('goes back to an earlier one by command, holds the upstream back, and forward again', async () => {
    const running = await start()
    await serves(running, 'first')
    fake.publish(flagsmithDocument([{ name: 'banner', value: 'bad' }]))
    await serves(running, 'bad')
    await expect.poll(async () => (await snapshotIds(running)).length, { timeout: 10_000 }).toBe(2)
    const url = ['--url', running.managementUrl]
    const list = await runCommand(['snapshots', 'list', ...url])
    const [, first = ''] = await snapshotIds(running)
    expect([list.code, list.stdout.includes(first)]).toEqual([0, true])

    const activated = await runCommand(['snapshots', 'activate', '--snapshot', first, ...url])
    expect([activated.code, activated.stdout.includes(`: ${first}`)]).toEqual([0, true])
    expect(await bannerOf(running)).toEqual({ banner: 'first' })
    expect(await running.metric('switchyard_held{environment="prod",reason="activated"}')).toBe(1)
    fake.publish(flagsmithDocument([{ name: 'banner', value: 'mended' }]))

    const released = await runCommand(['snapshots', 'activate', '--snapshot', 'latest', '--json', ...url])
    expect([released.code, JSON.parse(released.stdout)]).toMatchObject([0, { activated: null, held: null }])
    await serves(running, 'mended')
  })

  it('holds what would take too much away until it is confirmed by its revision', async () => {
    const running = await start({ ENVIRONMENTS__PROD__MAX_LOSS_PERCENT: '50' })
    await serves(running, 'first')
    fake.publish(flagsmithDocument([{ name: 'other', value: 'x' }]))
    const url = ['--url', running.managementUrl]
    await expect
      .poll(async () => (await runCommand(['snapshots', 'list', ...url])).stdout, { timeout: 20_000 })
      .toContain('Held back')
    expect(await bannerOf(running)).toEqual({ banner: 'first' })
    const wrong = await runCommand(['snapshots', 'confirm', '--revision', '0'.repeat(16), ...url])
    expect([wrong.code, wrong.stderr.includes('NOT_HELD')]).toEqual([1, true])
    const { held } = (await (await fetch(`${running.managementUrl}/snapshots`)).json()) as {
      held: { revision: string }
    }
    expect((await runCommand(['snapshots', 'confirm', '--revision', held.revision, ...url])).code).toBe(0)
    expect(await bannerOf(running)).toEqual({ other: 'x' })
  })

  it.each([
    ['a form', { method: 'POST', body: new URLSearchParams({ snapshot: 'latest' }) }, 400, 'INVALID_REQUEST'],
    ['no JSON', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400, 'INVALID_REQUEST'],
    [
      'a snapshot that is not there',
      { method: 'POST', body: '{"snapshot":"../x"}', headers: { 'content-type': 'application/json' } },
      404,
      'SNAPSHOT_NOT_FOUND',
    ],
    [
      'an environment that is not there',
      {
        method: 'POST',
        body: '{"snapshot":"latest","environment":"x"}',
        headers: { 'content-type': 'application/json' },
      },
      404,
      'ENVIRONMENT_NOT_FOUND',
    ],
    ['another method', { method: 'PUT' }, 405, 'METHOD_NOT_ALLOWED'],
  ])('refuses %s', async (_name, request, status, code) => {
    const { managementUrl } = await start()
    const answer = await fetch(`${managementUrl}/snapshots/activate`, request)
    const { error } = (await answer.json()) as { error: { code: string } }
    expect([answer.status, error.code]).toEqual([status, code])
  })
})
