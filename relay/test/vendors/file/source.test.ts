import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileSource } from '../../../src/vendors/file/source.js'

/** Everything a source tells, in order; `next` waits for the first event of a kind that has not been taken yet. */
function createRecorder() {
  type Event =
    | { kind: 'document'; document: unknown; changedAtMs?: number }
    | { kind: 'unchanged' }
    | { kind: 'failed'; text: string }
  const events: Event[] = []
  let wake = (): void => {}
  const add = (event: Event): void => {
    events.push(event)
    wake()
  }
  return {
    events,
    document: (document: unknown, about: { changedAtMs?: number }) =>
      add({
        kind: 'document',
        document,
        ...(about.changedAtMs === undefined ? {} : { changedAtMs: about.changedAtMs }),
      }),
    unchanged: () => add({ kind: 'unchanged' }),
    failed: (error: { code: string; message: string }) =>
      add({ kind: 'failed', text: `${error.code} ${error.message}` }),
    next: async (kind: Event['kind']): Promise<Event> => {
      for (;;) {
        const index = events.findIndex((event) => event.kind === kind)
        if (index !== -1) return events.splice(0, index + 1).at(-1) as Event
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

let folder: string
let stops: (() => Promise<void>)[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-file-'))
  stops = []
})
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()))
  await rm(folder, { recursive: true })
})

/** Starts a source; `pollIntervalMs` of an hour leaves only the watch to notice a change. */
function start(path: string, pollIntervalMs = 3_600_000, now = Date.now) {
  const recorder = createRecorder()
  const abort = new AbortController()
  const running = createFileSource({ path, pollIntervalMs, now }).run(recorder, abort.signal)
  stops.push(async () => {
    abort.abort()
    await running
  })
  return recorder
}

/** Once the watch is there, a source looks a second time: from then on only the watch tells it to. */
async function watching(recorder: ReturnType<typeof createRecorder>): Promise<void> {
  await recorder.next('document')
  await recorder.next('unchanged')
}

/** Resolves after another source, of a good file in a folder of its own, has looked at it so many times every 5 ms. */
async function ticks(count: number): Promise<void> {
  const path = join(folder, 'ticks', 'flags.json')
  await mkdir(join(folder, 'ticks'))
  await writeFile(path, '{}')
  const recorder = start(path, 5)
  for (let tick = 0; tick < count; tick += 1) await recorder.next('unchanged')
}

describe('a file source', () => {
  it('delivers the document that is there', async () => {
    const path = join(folder, 'flags.json')
    await writeFile(path, '{"flags": {"a": 1}}')
    const event = await start(path).next('document')
    expect(event).toMatchObject({ document: { flags: { a: 1 } } })
    expect(Math.abs(Date.now() - Number('changedAtMs' in event && event.changedAtMs))).toBeLessThan(60_000)
  })

  it('sees an edit in place', async () => {
    const path = join(folder, 'flags.json')
    await writeFile(path, '{"flags": 1}')
    const recorder = start(path)
    await watching(recorder)
    await writeFile(path, '{"flags": 2}')
    expect(await recorder.next('document')).toMatchObject({ document: { flags: 2 } })
  })

  it('sees a file that is renamed over the old one, as editors do, again and again', async () => {
    const path = join(folder, 'flags.yaml')
    await writeFile(path, 'flags: 0')
    const recorder = start(path)
    await watching(recorder)
    for (let round = 1; round <= 3; round += 1) {
      await writeFile(join(folder, '.flags.yaml.swp'), `flags: ${round}`)
      await rename(join(folder, '.flags.yaml.swp'), path)
      expect(await recorder.next('document')).toMatchObject({ document: { flags: round } })
    }
  })

  it('sees the swap of a Kubernetes volume, where only the link to the folder changes', async () => {
    const publish = async (version: number): Promise<void> => {
      await mkdir(join(folder, `..v${version}`))
      await writeFile(join(folder, `..v${version}`, 'flags.json'), `{"flags": ${version}}`)
      await symlink(`..v${version}`, join(folder, '..data_tmp'))
      await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    }
    await publish(1)
    await symlink(join('..data', 'flags.json'), join(folder, 'flags.json'))
    const recorder = start(join(folder, 'flags.json'))
    await watching(recorder)
    await publish(2)
    expect(await recorder.next('document')).toMatchObject({ document: { flags: 2 } })
  })

  it('sees a change behind a link into another folder by looking now and then', async () => {
    const target = join(folder, 'elsewhere')
    await mkdir(target)
    await writeFile(join(target, 'real.json'), '{"flags": 1}')
    await mkdir(join(folder, 'here'))
    await symlink(join(target, 'real.json'), join(folder, 'here', 'flags.json'))
    const recorder = start(join(folder, 'here', 'flags.json'), 20)
    await recorder.next('document')
    await writeFile(join(target, 'real.json'), '{"flags": 2}')
    expect(await recorder.next('document')).toMatchObject({ document: { flags: 2 } })
  })

  it('waits for a file, and for a folder, that does not exist yet', async () => {
    const path = join(folder, 'later', 'flags.json')
    const recorder = start(path, 20)
    expect(await recorder.next('failed')).toEqual({ kind: 'failed', text: `FILE_UNREADABLE ${path} does not exist` })
    await mkdir(join(folder, 'later'))
    await writeFile(path, '{"flags": 1}')
    expect(await recorder.next('document')).toMatchObject({ document: { flags: 1 } })
  })

  it('tells once that a file is broken, with line and column, and that it is whole again', async () => {
    const path = join(folder, 'flags.json')
    await writeFile(path, '{"flags": 1}')
    const recorder = start(path, 20)
    await recorder.next('document')
    await writeFile(path, '{\n  "flags": }')
    expect(await recorder.next('failed')).toEqual({
      kind: 'failed',
      text: `FILE_MALFORMED ${path}, line 2, column 12: expected a value, found '}'`,
    })
    await writeFile(path, '{"flags": 1}')
    await recorder.next('unchanged')
    await writeFile(path, '{"flags": 2}')
    expect(await recorder.next('document')).toMatchObject({ document: { flags: 2 } })
    expect(recorder.events.filter(({ kind }) => kind === 'failed')).toEqual([])
  })

  it.each([
    ['changed just now', 0],
    ['has not changed for long', 60_000],
  ])('does not call a broken file unchanged that %s, however often it looks', async (_name, aheadMs) => {
    const path = join(folder, 'flags.json')
    await writeFile(path, 'nonsense')
    const recorder = start(path, 5, () => Date.now() + aheadMs)
    await recorder.next('failed')
    await ticks(10)
    expect(recorder.events).toEqual([])
    await writeFile(path, 'other nonsense')
    await recorder.next('failed')
    expect(recorder.events).toEqual([])
  })

  it.each([
    ['a file cut to nothing', async (path: string) => truncate(path), /FILE_MALFORMED .*the file is empty/],
    ['a file that is gone', async (path: string) => rm(path), /FILE_UNREADABLE .*does not exist/],
    [
      'a folder in its place',
      async (path: string) => rm(path).then(() => mkdir(path)),
      /FILE_UNREADABLE .*is no regular file/,
    ],
    [
      'a file beyond 64 MiB',
      async (path: string) => truncate(path, 64 * 2 ** 20 + 1),
      /UPSTREAM_TOO_LARGE .*longer than 67108864/,
    ],
  ])('reports %s and delivers nothing', async (_name, damage, expected) => {
    const path = join(folder, 'flags.json')
    await writeFile(path, '{"flags": 1}')
    const recorder = start(path, 20)
    await recorder.next('document')
    await damage(path)
    const event = await recorder.next('failed')
    expect('text' in event && event.text).toMatch(expected)
    expect(recorder.events.filter(({ kind }) => kind === 'document')).toEqual([])
  })

  it('says unchanged when it looks and nothing happened', async () => {
    const path = join(folder, 'flags.json')
    await writeFile(path, '{"flags": 1}')
    const recorder = start(path, 5)
    await recorder.next('document')
    await recorder.next('unchanged')
    await recorder.next('unchanged')
    expect(recorder.events.filter(({ kind }) => kind !== 'unchanged')).toEqual([])
  })
})
