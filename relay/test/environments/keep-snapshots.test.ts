import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEnvironment } from '../../src/environments/create-environment.js'
import type { EnvironmentOptions } from '../../src/environments/running-environment.js'
import { keepSnapshots } from '../../src/environments/keep-snapshots.js'
import { RelayError } from '../../src/relay-error.js'
import { createDiskStore } from '../../src/store/disk-store.js'
import type { SnapshotLine, SnapshotStore, StoredSnapshot } from '../../src/store/snapshot-store.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { vendors } from '@switchyard/engine'
import type { SourceSink } from '../../src/vendors/source.js'
import { documentOf, plainVendor } from './plain-vendor.js'
import { flagsmithDocument } from '../../../test/e2e/flagsmith-document.js'

const line: SnapshotLine = { vendor: 'plain', upstream: 'https://edge.example', name: 'shop' }
const unreachable = new RelayError('UPSTREAM_UNREACHABLE', 'nobody answers', { retryable: true })

let directory: string
let nowMs: number
beforeEach(async () => {
  nowMs = 1_000_000
  directory = await mkdtemp(join(tmpdir(), 'switchyard-keep-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

const disk = (path = directory) => createDiskStore({ directory: path, keep: 5, now: () => nowMs })

/** A relay's environment from its start, over what is on disk, to its end. */
async function start(options: { stores?: SnapshotStore[] } & Partial<EnvironmentOptions> = {}) {
  const { stores = [disk()], ...rest } = options
  const lines: { level: string; message: string; [field: string]: unknown }[] = []
  const logger = createLogger({
    level: 'debug',
    format: 'json',
    destination: { write: (text) => void lines.push(JSON.parse(text)) },
    now: () => nowMs,
  })
  let sink: SourceSink | undefined
  const source = {
    description: 'test',
    run: async (given: SourceSink) => {
      sink = given
    },
  }
  const environment = createEnvironment({
    name: 'shop',
    vendor: plainVendor,
    source,
    now: () => nowMs,
    logger,
    ...rest,
  })
  const keeper = keepSnapshots({ environment, line, stores, now: () => nowMs, logger })
  await keeper.restore(5_000)
  void environment.run(new AbortController().signal)
  if (sink === undefined) throw new Error('the source was not run')
  return { environment, keeper, sink, lines, stop: () => keeper.close(5_000) }
}

type Started = Awaited<ReturnType<typeof start>>
const valueOf = ({ environment }: Started, key = 'a') =>
  environment.served?.snapshot.evaluate(key, {}, { nowMs: 0, random: () => 0 }).value

/** A relay that served these values one after the other and has ended. */
async function served(...values: string[]): Promise<void> {
  const relay = await start()
  for (const value of values) relay.sink.document(documentOf({ a: value, b: value }), {})
  await relay.stop()
}

describe('an environment whose snapshots are kept', () => {
  it('serves the last one at once after a restart, marked as stale until the upstream answers', async () => {
    const first = await start()
    first.sink.document(documentOf({ a: 'one' }), {})
    first.sink.document(documentOf({ a: 'two' }), {})
    await first.stop()
    nowMs += 90_000
    const second = await start()
    expect([valueOf(second), second.environment.state, second.environment.ageText()]).toEqual(['two', 'stale', '90'])
    expect(second.environment.served).toMatchObject({ sequence: 2, revision: first.environment.served?.revision })
    second.sink.failed(unreachable)
    expect([valueOf(second), second.environment.state]).toEqual(['two', 'stale'])
    second.sink.document(documentOf({ a: 'two' }), {})
    expect(second.environment).toMatchObject({ state: 'fresh', served: { sequence: 2 } })
    second.sink.document(documentOf({ a: 'three' }), {})
    expect(second.environment.served?.sequence).toBe(3)
    await second.stop()
  })

  it('knows after a restart when the upstream was last heard of, and not only when it changed', async () => {
    const first = await start()
    first.sink.document(documentOf({ a: 'one' }), {})
    nowMs += 3_600_000
    first.sink.unchanged()
    await first.stop()
    nowMs += 5_000
    const second = await start()
    expect(second.environment.ageText()).toBe('5')
    await second.stop()
  })

  it.each<[string, (ruleset: object) => object | undefined]>([
    ['is of a later format', (ruleset) => ({ ...ruleset, ruleset: 2 })],
    ['is not what its revision says', (ruleset) => ({ ...ruleset, flags: {} })],
  ])('serves the one before where the latest %s, and counts on behind it', async (_, change) => {
    await served('one', 'two')
    const last = (await disk().newest(line)) as StoredSnapshot
    const ruleset = change(last.ruleset) as typeof last.ruleset
    const later = { ...last, sequence: 9, revision: '0123456789abcdef', ruleset, isEmptyMeant: true as const }
    expect(await disk().write(later)).toBe('written')
    const relay = await start()
    expect([valueOf(relay), relay.environment.state, relay.environment.served?.sequence]).toEqual(['two', 'stale', 10])
    relay.sink.document(documentOf({ a: 'three' }), {})
    await relay.stop()
    const next = await start()
    expect([valueOf(next), next.environment.served?.sequence]).toEqual(['three', 11])
    await next.stop()
  })

  it('writes the last of several changes, and those before it do not come after', async () => {
    await served('one', 'two', 'three')
    const relay = await start()
    expect(valueOf(relay)).toBe('three')
    await relay.stop()
  })

  it('does not start with an empty snapshot where there was a full one', async () => {
    const first = await start()
    first.sink.document(documentOf({ a: 'one' }), {})
    await first.keeper.list()
    first.sink.document({ flags: {} }, {})
    await first.stop()
    const second = await start()
    expect(valueOf(second)).toBe('one')
    second.sink.document(documentOf({ a: 'two' }), {})
    await second.stop()
    const third = await start()
    expect(valueOf(third)).toBe('two')
    await third.stop()
  })

  it('starts without flags where the upstream has had none for a minute', async () => {
    await served('one')
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const emptied = await start()
      emptied.sink.document(documentOf({}), {})
      nowMs += 59_999
      vi.advanceTimersByTime(5_000)
      const tooEarly = await start()
      expect(valueOf(tooEarly)).toBe('one')
      nowMs += 1
      emptied.sink.failed(unreachable)
      vi.advanceTimersByTime(5_000)
      const notSure = await start()
      expect(valueOf(notSure)).toBe('one')
      emptied.sink.unchanged()
      vi.advanceTimersByTime(5_000)
      await Promise.all([emptied, tooEarly, notSure].map(({ stop }) => stop()))
    } finally {
      vi.useRealTimers()
    }
    const after = await start()
    expect(after.environment.served?.snapshot.flagKeys).toEqual([])
    expect(after.environment.state).toBe('stale')
    await after.stop()
  })

  it('goes back to an earlier one, holds what the upstream has, also after a restart, and goes on when it is told', async () => {
    const first = await start()
    first.sink.document(documentOf({ a: 'good' }), {})
    await first.stop()
    const second = await start()
    second.sink.document(documentOf({ a: 'bad' }), {})
    const [, earlier] = await listed(second, 2)
    expect(await second.keeper.activate(earlier?.id ?? '')).toEqual({ ok: true })
    expect([valueOf(second), second.environment.state]).toEqual(['good', 'degraded'])
    second.sink.document(documentOf({ a: 'bad' }), {})
    expect([valueOf(second), second.environment.state]).toEqual(['good', 'degraded'])
    expect(second.environment.status()).toMatchObject({
      activated: { id: earlier?.id },
      held: { reason: 'activated', flagCount: 1 },
    })
    await second.stop()

    const third = await start()
    expect(valueOf(third)).toBe('good')
    third.sink.document(documentOf({ a: 'worse' }), {})
    expect([valueOf(third), third.environment.status().held?.reason]).toEqual(['good', 'activated'])
    third.keeper.release()
    expect([valueOf(third), third.environment.state]).toEqual(['worse', 'fresh'])
    expect(third.environment.status()).toMatchObject({ activated: null, held: null })
    await third.stop()

    const fourth = await start()
    expect([valueOf(fourth), fourth.environment.status().activated]).toEqual(['worse', null])
    await fourth.stop()
  })

  it('is held to what somebody activated although the marks of one store are damaged: another has them', async () => {
    const places = [join(directory, 'one'), join(directory, 'two')]
    const first = await start({ stores: places.map((place) => disk(place)) })
    first.sink.document(documentOf({ a: 'good' }), {})
    const [good] = await listed(first, 1)
    first.sink.document(documentOf({ a: 'bad' }), {})
    await listed(first, 2)
    await first.keeper.activate(good?.id ?? '')
    await first.stop()
    const [folder = ''] = await readdir(places[0] ?? '')
    for (const name of ['marks', 'marks.copy']) await writeFile(join(places[0] ?? '', folder, name), 'damaged')
    const second = await start({ stores: places.map((place) => disk(place)) })
    second.sink.document(documentOf({ a: 'bad' }), {})
    expect([valueOf(second), second.environment.status().held?.reason]).toEqual(['good', 'activated'])
    await second.stop()
  })

  it('says that there is no such snapshot', async () => {
    const relay = await start()
    expect(await relay.keeper.activate('0.7-0123456789abcdef')).toEqual({ ok: false, reason: 'missing' })
    await relay.stop()
  })

  it('serves on where nothing can be written, says so, and writes once that works again', async () => {
    const blocked = join(directory, 'blocked')
    await writeFile(blocked, '')
    const relay = await start({ stores: [disk(join(blocked, 'in'))] })
    relay.sink.document(documentOf({ a: 'one' }), {})
    await expect.poll(() => relay.keeper.status()[0]?.isFailing).toBe(true)
    expect([valueOf(relay), relay.environment.state]).toEqual(['one', 'fresh'])
    expect(relay.keeper.status()[0]).toMatchObject({ lastError: { code: 'STORE_FAILED' }, written: null })
    await rm(blocked)
    await relay.stop()
    expect(relay.keeper.status()[0]).toMatchObject({ isFailing: false, written: expect.stringMatching(/^0\.1-/) })
    expect(await readdir(join(blocked, 'in'))).toHaveLength(1)
    const warnings = relay.lines.filter(({ message }) => message.startsWith('the store fails'))
    expect(warnings).toEqual([expect.objectContaining({ level: 'warn', store: 'disk', code: 'STORE_FAILED' })])
  })

  it('takes the latest snapshot of all stores', async () => {
    const [one, two] = [disk(join(directory, 'one')), disk(join(directory, 'two'))]
    const both = await start({ stores: [one, two] })
    both.sink.document(documentOf({ a: 'first' }), {})
    await both.stop()
    const alone = await start({ stores: [two] })
    alone.sink.document(documentOf({ a: 'second' }), {})
    await alone.stop()
    const again = await start({ stores: [one, two] })
    expect(valueOf(again)).toBe('second')
    await expect.poll(async () => (await again.keeper.list()).map(({ stores }) => stores.length)).toEqual([2, 2])
    await again.stop()
  })
})

describe('what somebody activated', () => {
  const damage = async (...names: string[]): Promise<void> => {
    const [folder = ''] = await readdir(directory)
    for (const name of names) await writeFile(join(directory, folder, name), 'damaged')
  }
  const activateFirst = async (): Promise<void> => {
    await served('one', 'two')
    const relay = await start()
    const [, first] = await listed(relay, 2)
    await relay.keeper.activate(first?.id ?? '')
    await relay.stop()
  }
  const told = ({ lines }: Started) => lines.filter(({ level, kind }) => level === 'error' && kind === 'marks')

  it('stays so where one file that says it is damaged, which is told', async () => {
    await activateFirst()
    await damage('marks')
    const relay = await start()
    expect([valueOf(relay), relay.environment.status().activated]).toEqual(['one', expect.anything()])
    expect(told(relay)).toMatchObject([{ store: 'disk', name: 'marks', reason: 'damaged' }])
    await relay.stop()
  })

  it('is told to be lost where both are, once, in the log and for the status', async () => {
    await activateFirst()
    await damage('marks', 'marks.copy')
    const relay = await start()
    await relay.keeper.list()
    expect(relay.environment.status().activated).toBeNull()
    expect(told(relay).map(({ name }) => name)).toEqual(['marks', 'marks.copy'])
    expect(relay.keeper.status()[0]?.passedOver).toHaveLength(2)
    await relay.stop()
  })
})

describe('a document that takes much away at once', () => {
  const four = documentOf({ a: true, b: 'on', c: 1, d: true })

  it('is held where that was asked for, until somebody confirms it', async () => {
    const relay = await start({ maxLossPercent: 25 })
    relay.sink.document(four, {})
    relay.sink.document(documentOf({ a: true, b: 'on', d: false }), {})
    expect(valueOf(relay, 'c')).toBe(1)
    expect(relay.environment.status()).toMatchObject({
      state: 'degraded',
      held: { reason: 'blast-radius', removed: 1, switchedOff: 1, flagCount: 3 },
    })
    relay.sink.unchanged()
    expect(relay.environment.state).toBe('degraded')
    relay.keeper.release()
    expect([valueOf(relay, 'd'), relay.environment.state]).toEqual([false, 'fresh'])
    await relay.stop()
  })

  it('is forgotten when the upstream takes it back', async () => {
    const relay = await start({ maxLossPercent: 25 })
    relay.sink.document(four, {})
    relay.sink.document(documentOf({}), {})
    expect(relay.environment.status().held?.removed).toBe(4)
    relay.sink.document(four, {})
    expect(relay.environment.status()).toMatchObject({ state: 'fresh', held: null })
    await relay.stop()
  })

  it('is held after a restart too, as the kept snapshot is what it is compared with', async () => {
    const first = await start()
    first.sink.document(four, {})
    await first.stop()
    const second = await start({ maxLossPercent: 50 })
    second.sink.document(documentOf({}), {})
    expect(second.environment.status().held?.reason).toBe('blast-radius')
    await second.stop()
  })

  describe("that is another environment's", () => {
    const flagsmith = vendors.get('flagsmith')
    const startFlagsmith = (): Promise<Started> =>
      start({ maxLossPercent: 50, ...(flagsmith === undefined ? {} : { vendor: flagsmith }) })
    const ours = flagsmithDocument([{ name: 'a', value: 'ours' }])
    const theirs = { ...flagsmithDocument([{ name: 'b', value: 'theirs' }]), id: 2, api_key: 'OTHER' }

    it('is held where the upstream has given ours', async () => {
      const relay = await startFlagsmith()
      relay.sink.document(ours, {})
      relay.sink.document(theirs, {})
      expect(relay.environment.status()).toMatchObject({
        state: 'degraded',
        held: { reason: 'blast-radius', removed: 1 },
      })
      await relay.stop()
    })

    it('is served after a start, as somebody may have given the upstream another key', async () => {
      const first = await startFlagsmith()
      first.sink.document(ours, {})
      await listed(first, 1)
      await first.stop()
      const second = await startFlagsmith()
      expect(valueOf(second)).toBe('ours')
      second.sink.document(theirs, {})
      expect(second.environment.status()).toMatchObject({ state: 'fresh', held: null })
      expect(valueOf(second, 'b')).toBe('theirs')
      await second.stop()
    })
  })

  it.each([
    ['nobody asked for that', {}, documentOf({})],
    ['it takes no more than is allowed', { maxLossPercent: 25 }, documentOf({ a: true, b: 'on', c: 1 })],
  ])('is served where %s', async (_name, options, document) => {
    const relay = await start(options)
    relay.sink.document(four, {})
    relay.sink.document(document, {})
    expect(relay.environment.status()).toMatchObject({ state: 'fresh', held: null, sequence: 2 })
    await relay.stop()
  })
})

/** Writing happens behind what is served. */
async function listed({ keeper }: Started, count: number) {
  await expect.poll(async () => (await keeper.list()).length).toBe(count)
  return keeper.list()
}

describe("the document itself, where the vendor's own programs read it", () => {
  const flagd = vendors.get('flagd')
  const plain = (defaultVariant: string, more: object = {}): object => ({
    ...more,
    flags: { a: { state: 'ENABLED', variants: { on: 'yes', off: 'no' }, defaultVariant } },
  })
  const [on, off] = [plain('on'), plain('off')]
  const startFlagd = (options: Parameters<typeof start>[0] = {}): Promise<Started> =>
    start({ ...options, ...(flagd === undefined ? {} : { vendor: flagd }) })

  it('is that of what is served: after a change, a refusal and a restart without the upstream', async () => {
    const first = await startFlagd()
    expect(first.environment.original).toBe(null)
    first.sink.document(on, {})
    first.sink.document(off, {})
    first.sink.document({ flags: 'none' }, {})
    expect(first.environment.original).toBe(JSON.stringify(off))
    await first.stop()
    const second = await startFlagd()
    second.sink.failed(unreachable)
    expect(second.environment.original).toBe(JSON.stringify(off))
    await second.stop()
  })

  it('is the last one of those that mean the same', async () => {
    const relay = await startFlagd()
    relay.sink.document(on, {})
    const again = plain('on', { $schema: 'https://flagd.dev/schema/v0/flags.json' })
    relay.sink.document(again, {})
    expect(relay.environment.served?.sequence).toBe(1)
    expect(relay.environment.original).toBe(JSON.stringify(again))
    await relay.stop()
  })

  it('is held back with what is held, and goes back with what is activated', async () => {
    const relay = await startFlagd({ maxLossPercent: 50 })
    relay.sink.document(on, {})
    await listed(relay, 1)
    relay.sink.document({ flags: {} }, {})
    expect([relay.environment.state, relay.environment.original]).toEqual(['degraded', JSON.stringify(on)])
    relay.sink.document(off, {})
    const [, earlier] = await listed(relay, 2)
    await relay.keeper.activate(earlier?.id ?? '')
    expect(relay.environment.original).toBe(JSON.stringify(on))
    relay.environment.restamp(1)
    expect(relay.environment.original).toBe(JSON.stringify(on))
    relay.keeper.release()
    expect(relay.environment.original).toBe(JSON.stringify(off))
    await relay.stop()
  })

  it('is not kept where nobody reads it', async () => {
    const relay = await start()
    relay.sink.document(documentOf({ a: 'one' }), {})
    expect([valueOf(relay), relay.environment.original]).toEqual(['one', null])
    await relay.stop()
  })
})
