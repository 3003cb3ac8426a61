import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/index.js'
import { featbit, mergePatch, type FeatBitDocument } from '../../../src/vendors/featbit/index.js'
import { all, flagEntry, message, payload, ruleEntry, segmentEntry } from './documents.js'
import { clock, decodeOrThrow, readFixture } from './fixtures.js'

function patch(featureFlags: readonly unknown[], segments: readonly unknown[] = []) {
  return message({ eventType: 'patch', featureFlags, segments })
}

function merged(held: FeatBitDocument, input: unknown) {
  const result = mergePatch(held, input)
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  return result
}

const held = decodeOrThrow(
  payload([flagEntry(), flagEntry({ key: 'other' })], [segmentEntry(), segmentEntry({ id: 't' })]),
)

describe('a patch', () => {
  it('replaces a flag that is older', () => {
    const result = merged(held, patch([flagEntry({ isEnabled: false, updatedAt: '2026-01-05T08:00:00.001Z' })]))
    expect(result.flagKeys).toEqual(['f'])
    expect(result.document.featureFlags).toMatchObject([{ key: 'f', isEnabled: false }, { key: 'other' }])
  })

  it.each([
    ['as old', '2026-01-05T08:00:00.0009Z'],
    ['older', '2026-01-05T07:59:59Z'],
  ])('leaves a flag alone that is %s', (_row, updatedAt) => {
    const result = merged(held, patch([flagEntry({ isEnabled: false, updatedAt })]))
    const nothing = { flagKeys: [], segmentIds: [], missingSegmentIds: [], diagnostics: [] }
    expect(result).toEqual({ ok: true, document: held, ...nothing })
  })

  it('replaces a flag when one of the two does not say when it changed', () => {
    expect(merged(held, patch([flagEntry({ updatedAt: null })])).flagKeys).toEqual(['f'])
  })

  it('adds a flag that is new', () => {
    const result = merged(held, patch([flagEntry({ key: 'new', updatedAt: '2020-01-01T00:00:00Z' })]))
    expect(result.document.featureFlags.map((flag) => 'key' in flag && flag.key)).toEqual(['f', 'other', 'new'])
  })

  it('replaces and adds segments', () => {
    const segments = [segmentEntry({ included: ['u'], updatedAt: '2026-02-01T00:00:00Z' }), segmentEntry({ id: 'new' })]
    const result = merged(held, patch([], segments))
    expect(result.segmentIds).toEqual(['s', 'new'])
    expect(result.document.segments).toMatchObject([{ id: 's', included: ['u'] }, { id: 't' }, { id: 'new' }])
  })

  it('keeps an archived flag, which hides it', () => {
    const result = merged(held, patch([flagEntry({ isArchived: true, updatedAt: '2026-02-01T00:00:00Z' })]))
    const { snapshot } = compile(featbit.translate(result.document).ruleset)
    expect(snapshot.evaluate('f', { targetingKey: 'u' }, clock).errorCode).toBe('FLAG_NOT_FOUND')
    expect(snapshot.evaluate('other', { targetingKey: 'u' }, clock).value).toBe(true)
  })

  it('puts a malformed flag in the place of the older one, and spoils nothing else', () => {
    const result = merged(held, patch([flagEntry({ rules: 'none', updatedAt: '2026-02-01T00:00:00Z' })]))
    expect(result.diagnostics).toMatchObject([{ code: 'INVALID_FLAG', path: ['data', 'featureFlags', '0', 'rules'] }])
    const { snapshot } = compile(featbit.translate(result.document).ruleset)
    expect(snapshot.evaluate('f', { targetingKey: 'u' }, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('other', { targetingKey: 'u' }, clock).value).toBe(true)
  })

  it('tells which segments its flags ask for in vain', () => {
    const asking = (key: string, property: string, value: string | null) =>
      flagEntry({ key, rules: [ruleEntry([{ property, op: null, value }])], updatedAt: '2026-02-01T00:00:00Z' })
    const flags = [
      asking('f', 'User is in segment', '["s","gone"]'),
      asking('g', 'User is not in segment', '["gone","u","brought"]'),
      asking('h', 'User is in segment', 'no list'),
      asking('i', 'User is in segment', null),
      asking('j', 'country', '["de"]'),
      flagEntry({ key: 'k', rules: 'malformed' }),
    ]
    const result = merged(held, patch(flags, [segmentEntry({ id: 'brought' })]))
    expect(result.missingSegmentIds).toEqual(['gone', 'u'])
  })

  it('does not tell what flags asked for in vain that it does not name', () => {
    const asking = flagEntry({
      rules: [ruleEntry([{ property: 'User is in segment', op: null, value: '["gone"]' }])],
    })
    const result = merged(decodeOrThrow(payload([asking])), patch([asking, flagEntry({ key: 'new' })]))
    expect(result.missingSegmentIds).toEqual([])
  })

  it('of nothing changes nothing', () => {
    expect(merged(held, patch([])).document).toEqual(held)
  })

  it('is understood without its envelope', () => {
    const entry = flagEntry({ key: 'new', fallthrough: { variations: [all('no')] } })
    expect(merged(held, patch([entry])['data']).flagKeys).toEqual(['new'])
  })

  it('leaves the document it is applied to as it was', () => {
    const before = structuredClone(held)
    merged(held, patch([flagEntry({ updatedAt: '2027-01-01T00:00:00Z' })], [segmentEntry({ updatedAt: null })]))
    expect(held).toEqual(before)
  })

  it.each([
    ['a full payload', message(payload([]))],
    ['a payload that does not say what it is', { featureFlags: [], segments: [] }],
    ['half a patch', message({ eventType: 'patch', featureFlags: [] })],
    ['another message', { messageType: 'pong', data: {} }],
    ['nothing', undefined],
  ])('is not %s', (_row, input) => {
    expect(mergePatch(held, input)).toMatchObject({ ok: false, diagnostics: [{ code: 'INVALID_DOCUMENT' }] })
  })
})

describe('the recorded change of a segment', () => {
  it('takes its users out of the flag, as the Node SDK saw it', () => {
    const { scenarios } = readFixture('wire-transcripts.json') as {
      readonly scenarios: readonly {
        readonly scenario: string
        readonly transcript?: readonly { readonly message?: { readonly data?: { readonly segments?: unknown[] } } }[]
      }[]
    }
    const streaming = scenarios.find(({ scenario }) => scenario === 'node-streaming')
    const change = streaming?.transcript?.find((step) => (step.message?.data?.segments ?? []).length > 0)?.message
    const before = decodeOrThrow(readFixture('payload-core.json'))
    const after = merged(before, change)
    expect(after.segmentIds).toEqual(['e23540de-c1dc-487f-acd9-805f831894e8'])
    const values = [before, after.document].map(
      (document) =>
        compile(featbit.translate(document).ruleset).snapshot.evaluate('in-segment', { targetingKey: 'alice' }, clock)
          .value,
    )
    expect(values).toEqual([true, false])
  })
})
