import { describe, expect, it } from 'vitest'
import { vendors } from '../../../src/index.js'
import { cloudbees } from '../../../src/vendors/cloudbees/index.js'
import { clock, decodeOrThrow, documentOf, envelopeOf, experiment, readFixture, snapshotOf } from './fixtures.js'

const inner = documentOf({ f: '"yes"' }, { g: 'true' })

describe('a CloudBees configuration', () => {
  it('is read from the genuine envelope', () => {
    const document = decodeOrThrow(readFixture('documents/doc1-rox-c-production-sample/envelope.json'))
    expect(document).toMatchObject({
      application: '5e579ecfc45c395c43b42893',
      platform: 'C',
      signed_date: '2021-03-02T12:25:42.224Z',
      api_version: '1.9.0',
    })
    expect(document.experiments).toHaveLength(15)
    expect(document.targetGroups).toHaveLength(6)
  })

  it.each([
    ['an envelope', envelopeOf(inner)],
    ['the document in it', inner],
    ['a decoded document', decodeOrThrow(inner)],
  ])('is recognised and read as %s', (_row, input) => {
    expect(cloudbees.recognises(input)).toBe(true)
    expect(cloudbees.decode(input)).toMatchObject({ ok: true, diagnostics: [] })
    expect([...vendors.values()].filter((vendor) => vendor.recognises(input)).map(({ name }) => name)).toEqual([
      'cloudbees',
    ])
  })

  it('keeps the date of the envelope when it is decoded again', () => {
    const document = decodeOrThrow(envelopeOf(inner))
    expect(document.signed_date).toBe('2026-01-01T00:00:01.000Z')
    expect(decodeOrThrow(document)).toEqual(document)
  })

  it('can be given to an SDK again: what it needs is completed', () => {
    const { experiments } = decodeOrThrow({
      experiments: [{ featureFlags: [{ name: 'f' }], deploymentConfiguration: { condition: 'true' } }],
      targetGroups: [],
    })
    expect(experiments).toEqual([
      {
        _id: '',
        name: '',
        archived: false,
        featureFlags: [{ name: 'f' }],
        deploymentConfiguration: { condition: 'true' },
        labels: [],
        stickinessProperty: 'rox.distinct_id',
      },
    ])
  })

  it.each([
    ['null', null],
    ['a list', []],
    ['text', 'x'],
    ['an empty object', {}],
    ['what the service says when it has none', { result: 404 }],
    ['an envelope whose data is no text', { data: inner, signature_v0: 'x', signed_date: 'x' }],
    ['an envelope whose data is no JSON', { data: '{', signature_v0: 'x', signed_date: 'x' }],
    ['an envelope of a list', { data: '[]', signature_v0: 'x', signed_date: 'x' }],
    ['a document without target groups', { experiments: [] }],
    ['a document without experiments', { targetGroups: [] }],
    ['a document whose experiments are an object', { experiments: {}, targetGroups: [] }],
  ])('is not %s: that is refused', (_row, input) => {
    expect(cloudbees.decode(input)).toMatchObject({ ok: false, diagnostics: [{ code: 'INVALID_DOCUMENT' }] })
  })
})

describe('a malformed part', () => {
  const broken: [string, unknown, string[]][] = [
    ['without a condition', experiment('f', undefined), ['experiments', '0']],
    ['whose condition is no text', experiment('f', 5), ['experiments', '0']],
    ['without a configuration', experiment('f', '', { deploymentConfiguration: null }), ['experiments', '0']],
  ]

  it.each(broken)('an experiment %s spoils its flags, which answer with an error', (_row, entry, path) => {
    const document = { experiments: [entry, experiment('sound', '"yes"')], targetGroups: [] }
    expect(cloudbees.decode(document).diagnostics).toMatchObject([{ severity: 'error', code: 'INVALID_FLAG', path }])
    const snapshot = snapshotOf(document)
    expect(snapshot.evaluate('f', {}, clock)).toMatchObject({ reason: 'ERROR', errorCode: 'PARSE_ERROR' })
    expect(snapshot.evaluate('sound', {}, clock).value).toBe('yes')
    expect(decodeOrThrow(decodeOrThrow(document))).toEqual(decodeOrThrow(document))
  })

  it('that is marked as such without a reason is read', () => {
    const document = { experiments: [experiment('f', '"yes"', { malformed: '' })], targetGroups: [] }
    expect(snapshotOf(document).evaluate('f', {}, clock).value).toBe('yes')
    const groups = [{ _id: 'g', malformed: '' }]
    const [finding] = cloudbees.decode({ experiments: [], targetGroups: groups }).diagnostics
    expect(finding?.message).toBe('condition: expected the text of an expression')
  })

  it('an experiment that is no object, or names no flag, belongs to none', () => {
    const entries = [
      null,
      'x',
      experiment('f', 'true', { featureFlags: null }),
      experiment('g', 'true', { featureFlags: [5, {}] }),
    ]
    const { diagnostics } = cloudbees.decode({ experiments: entries, targetGroups: [] })
    expect(diagnostics.map(({ code, path }) => [code, path.join('.')])).toEqual([
      ['INVALID_FLAG', 'experiments.0'],
      ['INVALID_FLAG', 'experiments.1'],
      ['INVALID_FLAG', 'experiments.2.featureFlags'],
      ['INVALID_FLAG', 'experiments.3.featureFlags.0'],
      ['INVALID_FLAG', 'experiments.3.featureFlags.1'],
    ])
    expect(snapshotOf({ experiments: entries, targetGroups: [] }).flagKeys).toEqual([])
  })

  it('a target group without a condition is empty', () => {
    const document = {
      ...documentOf({ f: 'isInTargetGroup("g")' }),
      targetGroups: [{ _id: 'g' }, null, { condition: 'true' }],
    }
    expect(cloudbees.decode(document).diagnostics.map(({ code, path }) => [code, path.join('.')])).toEqual([
      ['INVALID_SEGMENT', 'targetGroups.0'],
      ['INVALID_SEGMENT', 'targetGroups.1'],
      ['INVALID_SEGMENT', 'targetGroups.2'],
    ])
    expect(snapshotOf(document).evaluate('f', {}, clock).value).toBe(false)
    expect(decodeOrThrow(decodeOrThrow(document))).toEqual(decodeOrThrow(document))
  })
})
