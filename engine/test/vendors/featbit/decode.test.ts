import { describe, expect, it } from 'vitest'
import { featbit } from '../../../src/vendors/featbit/index.js'
import { documentVersion, type FeatBitFlag } from '../../../src/vendors/featbit/index.js'
import { flagEntry, message, payload, segmentEntry } from './documents.js'
import { decodeOrThrow, readFixture, suites } from './fixtures.js'

describe('a document', () => {
  it.each(suites)('%s: is the same from the message and from its data part, without findings', (suite) => {
    const recorded = readFixture(`payload-${suite}.json`) as { readonly data: unknown }
    const decoded = featbit.decode(recorded)
    expect(decoded.diagnostics).toEqual([])
    expect(featbit.decode(recorded.data)).toEqual(decoded)
    expect(featbit.recognises(recorded)).toBe(true)
    expect(featbit.recognises(recorded.data)).toBe(true)
  })

  it.each(suites)('%s: can be decoded again', (suite) => {
    const document = decodeOrThrow(readFixture(`payload-${suite}.json`))
    expect(decodeOrThrow(document)).toEqual(document)
  })

  it('keeps what is malformed as such when it is decoded again', () => {
    const document = decodeOrThrow(payload([flagEntry({ rules: 5 })], [segmentEntry({ rules: 5 })]))
    expect(document.featureFlags).toEqual([
      { key: 'f', updatedAt: '2026-01-05T08:00:00Z', malformed: 'rules: expected a list, received number' },
    ])
    const again = featbit.decode(JSON.parse(JSON.stringify(document)))
    expect(again).toMatchObject({ ok: true, document })
    expect(again.diagnostics).toMatchObject([{ code: 'INVALID_FLAG' }, { code: 'INVALID_SEGMENT' }])
  })

  it('reads what is marked as malformed without a reason', () => {
    const sound = decodeOrThrow(payload([flagEntry()]))
    expect(decodeOrThrow(payload([{ ...flagEntry(), malformed: '' }]))).toEqual(sound)
  })

  it('of no flags is a document', () => {
    expect(decodeOrThrow(payload([]))).toEqual({ eventType: 'full', featureFlags: [], segments: [] })
  })

  it('never holds the secrets that a relay proxy’s payload carries', () => {
    const item = { envId: 'e', secrets: [{ value: 'hidden' }], featureFlags: [flagEntry()], segments: [] }
    expect(JSON.stringify(decodeOrThrow(item))).not.toContain('hidden')
  })

  it('completes what older versions and other stores leave out', () => {
    const { targetUsers, rules, tags, isArchived, exptIncludeAllTargets, updatedAt, ...rest } = flagEntry()
    expect([targetUsers, rules, tags, isArchived, exptIncludeAllTargets, updatedAt]).not.toContain(undefined)
    const [flag] = decodeOrThrow(payload([rest])).featureFlags
    expect(flag).toMatchObject({
      targetUsers: [],
      rules: [],
      tags: [],
      isArchived: false,
      exptIncludeAllTargets: false,
      updatedAt: null,
    })
  })

  it('takes the newer of two flags with one key', () => {
    const entries = ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-01T00:00:00Z'].map((updatedAt) =>
      flagEntry({ updatedAt }),
    )
    expect(decodeOrThrow(payload(entries)).featureFlags).toMatchObject([{ updatedAt: '2026-01-03T00:00:00Z' }])
  })

  it('leaves out, and reports, what has no name', () => {
    const decoded = featbit.decode(payload([flagEntry({ key: '' }), null, flagEntry()], [{ id: 5 }]))
    expect(decoded).toMatchObject({ ok: true, document: { featureFlags: [{ key: 'f' }], segments: [] } })
    expect(decoded.diagnostics.map(({ code, path }) => [code, path.join('.')])).toEqual([
      ['INVALID_FLAG', 'featureFlags.0'],
      ['INVALID_FLAG', 'featureFlags.1'],
      ['INVALID_SEGMENT', 'segments.0'],
    ])
  })

  it('says where something is wrong from the root of what was read', () => {
    const rules = [{ conditions: [{ property: 'a', op: 'Equal', value: 5 }], variations: [] }]
    expect(featbit.decode(message(payload([flagEntry({ rules })]))).diagnostics).toEqual([
      {
        severity: 'error',
        code: 'INVALID_FLAG',
        path: ['data', 'featureFlags', '0', 'rules', '0', 'conditions', '0', 'value'],
        message: 'expected text, received number',
      },
    ])
  })
})

describe('what is no document', () => {
  /** [what the row is about, input, where the fault is] */
  const rows: [string, unknown, string][] = [
    ['nothing', null, ''],
    ['a list', [], ''],
    ['text', '{}', ''],
    ['another message', { messageType: 'pong', data: {} }, ''],
    ['a message without data', { messageType: 'data-sync' }, ''],
    ['an object without flags', {}, 'featureFlags'],
    ['flags that are no list', { featureFlags: {}, segments: [] }, 'featureFlags'],
    ['flags without segments', { featureFlags: [] }, 'segments'],
    ['a message without segments', message({ eventType: 'full', featureFlags: [] }), 'data.segments'],
    ['a patch', { ...payload([flagEntry()]), eventType: 'patch' }, 'eventType'],
    ['a relay proxy’s payload', { eventType: 'rp_full', items: [] }, 'eventType'],
  ]

  it.each(rows)('is refused: %s', (_row, input, path) => {
    const decoded = featbit.decode(input)
    expect(decoded.ok).toBe(false)
    expect(decoded.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.path.join('.')])).toEqual([
      ['INVALID_DOCUMENT', path],
    ])
  })
})

describe('the version of a document', () => {
  /** [what the row is about, updatedAt, epoch milliseconds] */
  const rows: [string, unknown, number][] = [
    ['cuts seven digits of a second, never rounds', '2023-03-16T09:11:26.0465999Z', 1_678_957_886_046],
    ['takes a whole second', '2023-03-16T09:11:26Z', 1_678_957_886_000],
    ['takes an offset', '2023-03-16T10:11:26.5+01:00', 1_678_957_886_500],
    ['takes UTC for no offset', '2023-03-16T09:11:26', 1_678_957_886_000],
    ['is 0 without a change', null, 0],
    ['is 0 for a text that is no instant', 'yesterday', 0],
    ['is 0 for an instant that does not exist', '2023-13-45T00:00:00Z', 0],
  ]

  it.each(rows)('%s', (_row, updatedAt, expected) => {
    expect(documentVersion(decodeOrThrow(payload([flagEntry({ updatedAt })])))).toBe(expected)
  })

  it('is the latest of flags and segments, archived ones included', () => {
    const flags = [flagEntry({ updatedAt: '2026-01-01T00:00:00Z' })]
    const segments = [segmentEntry({ updatedAt: '2026-01-02T00:00:00Z', isArchived: true })]
    expect(documentVersion(decodeOrThrow(payload(flags, segments)))).toBe(Date.UTC(2026, 0, 2))
  })

  it('is what the Node SDK asks with after the recorded environment', () => {
    expect(documentVersion(decodeOrThrow(readFixture('payload-core.json')))).toBe(1_767_602_745_315)
  })

  it('does not need a flag that can be read', () => {
    const [flag] = decodeOrThrow(payload([flagEntry({ variations: null })])).featureFlags as FeatBitFlag[]
    expect(flag?.updatedAt).toBe('2026-01-05T08:00:00Z')
  })
})
