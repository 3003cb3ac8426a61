import { describe, expect, it } from 'vitest'
import { compile, isVisible } from '../../../src/index.js'
import { featbit } from '../../../src/vendors/featbit/index.js'
import { all, condition, conditionalEntry, flagEntry, payload, ruleEntry, share } from './documents.js'
import { clock, decodeOrThrow, readFixture, snapshotOf } from './fixtures.js'

const user = { targetingKey: 'u' }
const everybody = condition('keyId', 'NotEqual', '')

function evaluate(members: Parameters<typeof flagEntry>[0], context: Record<string, string> = user) {
  return snapshotOf(payload([flagEntry(members)])).evaluate('f', context, clock)
}

describe('the reason', () => {
  /** The bucket of `fu` lies in the upper half. */
  const split = [share('yes', 0, 0.5), share('no', 0.5, 1)]
  /** [what the row is about, flag, reason, variant] */
  const rows: [string, Parameters<typeof flagEntry>[0], string, string | undefined][] = [
    ['of a flag that is off is DISABLED', { isEnabled: false }, 'DISABLED', 'no'],
    [
      'of a targeted user is TARGETING_MATCH',
      { targetUsers: [{ keyIds: ['u'], variationId: 'no' }] },
      'TARGETING_MATCH',
      'no',
    ],
    ['of a matched rule is TARGETING_MATCH', { rules: [ruleEntry([everybody])] }, 'TARGETING_MATCH', 'yes'],
    ['of a rule with shares is SPLIT', { rules: [ruleEntry([], { variations: split })] }, 'SPLIT', 'no'],
    ['of the default rule is DEFAULT', {}, 'DEFAULT', 'yes'],
    ['of a default rule with shares is SPLIT', { fallthrough: { variations: split } }, 'SPLIT', 'no'],
    [
      'ignores intervals of nothing',
      { fallthrough: { variations: [share('no', 0, 0), all('yes')] } },
      'DEFAULT',
      'yes',
    ],
    [
      'ignores what stands behind everybody',
      { fallthrough: { variations: [share('yes', 0, 0.999995), share('no', 0.5, 1)] } },
      'DEFAULT',
      'yes',
    ],
    ['of a rollout that holds nobody is ERROR', { fallthrough: { variations: [] } }, 'ERROR', undefined],
  ]

  it.each(rows)('%s', (_row, members, reason, variant) => {
    const outcome = evaluate(members)
    expect([outcome.reason, outcome.variant]).toEqual([reason, variant])
  })
})

describe('the order of a flag', () => {
  it('serves the off variation before anything else, to a user without a key too', () => {
    const members = { isEnabled: false, targetUsers: [{ keyIds: ['u'], variationId: 'yes' }] }
    expect(evaluate(members).variant).toBe('no')
    expect(evaluate(members, {}).variant).toBe('no')
  })

  it('serves the first of two variations with the same id', () => {
    const variations = [
      { id: 'yes', name: '', value: 'true' },
      { id: 'yes', name: '', value: 'false' },
    ]
    expect(evaluate({ variations, fallthrough: { variations: [all('yes')] } }).value).toBe(true)
  })

  it('gives a user of two target lists the first one', () => {
    const targetUsers = [
      { keyIds: [], variationId: 'gone' },
      { keyIds: ['u'], variationId: 'no' },
      { keyIds: ['u'], variationId: 'yes' },
    ]
    expect(evaluate({ targetUsers }).variant).toBe('no')
  })

  it('compares targeted keys exactly', () => {
    const targetUsers = [{ keyIds: ['U', ' u', 'u '], variationId: 'no' }]
    expect(evaluate({ targetUsers }).variant).toBe('yes')
  })

  it('takes the first rule that matches', () => {
    const rules = [
      ruleEntry([condition('plan', 'Equal', 'gold')]),
      ruleEntry([], { name: 'second', variations: [all('no')] }),
    ]
    expect(evaluate({ rules }).serverMetadata['ruleName']).toBe('second')
    expect(evaluate({ rules }, { ...user, plan: 'gold' }).serverMetadata['ruleName']).toBe('the rule')
  })

  it('never tries the next rule when a matched one has no place for the user', () => {
    const rules = [ruleEntry([], { variations: [share('yes', 0, 0)] }), ruleEntry([])]
    expect(evaluate({ rules }).errorCode).toBe('PARSE_ERROR')
  })

  it('finds a user among tens of thousands of targeted ones', () => {
    const keyIds = Array.from({ length: 60_000 }, (_, index) => `user-${index}`)
    const targetUsers = [
      { keyIds: ['someone'], variationId: 'yes' },
      { keyIds, variationId: 'no' },
    ]
    expect(evaluate({ targetUsers }, { targetingKey: 'user-59999' }).variant).toBe('no')
    expect(evaluate({ targetUsers }, { targetingKey: 'someone' }).reason).toBe('TARGETING_MATCH')
    expect(evaluate({ targetUsers }, { targetingKey: 'user-60000' }).reason).toBe('DEFAULT')
  })
})

describe('the targeting key', () => {
  it.each([
    ['missing', {}],
    ['empty', { targetingKey: '' }],
    ['blank', { targetingKey: ' \t' }],
  ])('that is %s is TARGETING_KEY_MISSING', (_row, context) => {
    expect(evaluate({}, context).errorCode).toBe('TARGETING_KEY_MISSING')
  })
})

describe('an archived flag', () => {
  it('is not found, and left out of bulk answers, but listed for the vendor’s own API', () => {
    const snapshot = snapshotOf(payload([flagEntry({ isArchived: true }), flagEntry({ key: 'live' })]))
    const outcome = snapshot.evaluate('f', user, clock)
    expect(outcome.errorCode).toBe('FLAG_NOT_FOUND')
    expect(isVisible(outcome, 'server')).toBe(false)
    expect(outcome.native).toEqual({
      variationId: null,
      value: null,
      matchReason: 'flag archived',
      sendToExperiment: false,
    })
    expect(snapshot.evaluateAll(user, clock, 'server').map(({ flagKey }) => flagKey)).toEqual(['live'])
  })

  it('is live where the document does not say so', () => {
    expect(evaluate({ isArchived: undefined }).variant).toBe('yes')
  })
})

describe('taking part in the experiment', () => {
  const halves = (exptRollout: number) => [share('yes', 0, 0.5, exptRollout), share('no', 0.5, 1, exptRollout)]
  /** [what the row is about, flag, the shares of users who take part, lowest and highest] */
  const rows: [string, Parameters<typeof flagEntry>[0], number, number][] = [
    ['everybody by exptIncludeAllTargets', { exptIncludeAllTargets: true }, 1, 1],
    ['nobody unless the default rule is included', {}, 0, 0],
    ['everybody with the full share', { fallthrough: { includedInExpt: true, variations: halves(0.5) } }, 1, 1],
    ['everybody with more than the full share', { fallthrough: { includedInExpt: true, variations: halves(9) } }, 1, 1],
    ['nobody with a share of nothing', { fallthrough: { includedInExpt: true, variations: halves(0) } }, 0, 0],
    ['half with half the share', { fallthrough: { includedInExpt: true, variations: halves(0.25) } }, 0.4, 0.6],
    [
      'nobody of a rule that is not included, though the default rule is',
      { rules: [ruleEntry([])], fallthrough: { includedInExpt: true, variations: [all('no')] } },
      0,
      0,
    ],
  ]

  it.each(rows)('%s', (_row, members, lowest, highest) => {
    const snapshot = snapshotOf(payload([flagEntry(members)]))
    const users = Array.from({ length: 500 }, (_, index) => ({ targetingKey: `user-${index}` }))
    const taking = users.filter((context) => snapshot.evaluate('f', context, clock).serverMetadata['sendToExperiment'])
    expect(taking.length / users.length).toBeGreaterThanOrEqual(lowest)
    expect(taking.length / users.length).toBeLessThanOrEqual(highest)
  })
})

describe('what an answer says about itself', () => {
  const outcome = evaluate({ tags: ['web', 'beta'], rules: [ruleEntry([])] })

  it('tells everybody the variation’s name and when the flag changed', () => {
    expect(outcome.metadata).toEqual({ updatedAt: '2026-01-05T08:00:00Z', variationName: 'on' })
  })

  it('tells servers the rule, the experiment and the tags', () => {
    expect(outcome.serverMetadata).toMatchObject({ ruleName: 'the rule', sendToExperiment: false, tags: 'web,beta' })
    expect(JSON.parse(outcome.ofrep('server'))).toMatchObject({ metadata: { ruleName: 'the rule' } })
  })

  it('never tells clients the rule, the experiment or the tags', () => {
    expect(outcome.ofrep('client')).not.toMatch(/the rule|sendToExperiment|beta/)
  })

  it('keeps the vendor’s own words for the vendor’s own API', () => {
    expect(outcome.native).toEqual({
      variationId: 'yes',
      value: 'true',
      matchReason: 'the rule',
      sendToExperiment: false,
    })
  })
})

describe('a malformed flag', () => {
  const broken: [string, Record<string, unknown>][] = [
    ['variations are missing', { variations: undefined }],
    ['a variation has no text', { variations: [{ id: 'yes', value: 5 }] }],
    ['rules are no list', { rules: {} }],
    ['a rule has no conditions', { rules: [ruleEntry([], { conditions: null })] }],
    ['a condition’s value is a number', { rules: [ruleEntry([condition('a', 'Equal', 5)])] }],
    ['a rollout is half an interval', { fallthrough: { variations: [{ id: 'yes', rollout: [0] }] } }],
    ['the default rule is missing', { fallthrough: null }],
    ['isEnabled is text', { isEnabled: 'true' }],
    ['the type is unknown', { variationType: 'colour' }],
  ]

  it.each(broken)('answers with an error and spoils only itself where %s', (_row, members) => {
    const input = payload([flagEntry(members), flagEntry({ key: 'sound' })])
    const snapshot = snapshotOf(input)
    expect(snapshot.evaluate('f', user, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('sound', user, clock).value).toBe(true)
    expect(featbit.decode(input).diagnostics).toMatchObject([{ code: 'INVALID_FLAG', severity: 'error' }])
  })

  it('answers with an error to those who are served an unknown variation, and only to them', () => {
    const targetUsers = [{ keyIds: ['u'], variationId: 'gone' }]
    expect(evaluate({ targetUsers }).errorCode).toBe('PARSE_ERROR')
    expect(evaluate({ targetUsers }, { targetingKey: 'v' }).value).toBe(true)
    const { diagnostics } = featbit.translate(decodeOrThrow(payload([flagEntry({ targetUsers })])))
    expect(diagnostics).toMatchObject([
      { code: 'UNKNOWN_REFERENCE', path: ['featureFlags', 'f', 'targetUsers', '0', 'variationId'] },
    ])
  })

  it('fails at a condition that cannot be evaluated only for those who reach it', () => {
    const conditions = [condition('plan', 'Equal', 'gold'), condition('plan', 'IsOneOf', 'not-json')]
    const snapshot = snapshotOf(payload([conditionalEntry(conditions)]))
    expect(snapshot.evaluate('f', { ...user, plan: 'gold' }, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('f', { ...user, plan: 'free' }, clock).value).toBe(false)
  })
})

describe('names that every object has', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

  it.each(names)('"%s" is an ordinary flag, attribute, user and segment', (name) => {
    const conditions = [condition(name, 'Equal', 'x'), condition('User is in segment', null, JSON.stringify([name]))]
    const flags = [
      conditionalEntry(conditions, { key: name }),
      flagEntry({ key: 'other', targetUsers: [{ keyIds: [name], variationId: 'no' }] }),
    ]
    const segments = [{ id: name, included: [name], updatedAt: null }]
    const snapshot = snapshotOf(JSON.parse(JSON.stringify(payload(flags, segments))))
    const context = Object.fromEntries([
      [name, 'x'],
      ['targetingKey', name],
    ])
    expect(snapshot.evaluate(name, context, clock).value).toBe(true)
    expect(snapshot.evaluate(name, { targetingKey: name }, clock).value).toBe(false)
    expect(snapshot.evaluate(name, { ...context, targetingKey: 'u' }, clock).value).toBe(false)
    expect(snapshot.evaluate('other', context, clock).variant).toBe('no')
  })

  it.each(names)('"%s" is not found in an empty environment', (name) => {
    expect(snapshotOf(payload([])).evaluate(name, user, clock).errorCode).toBe('FLAG_NOT_FOUND')
  })
})

describe('a translated environment', () => {
  it.each(['core', 'operators', 'rollout', 'experiment'])(
    '%s: is plain JSON, and equal input gives equal text',
    (suite) => {
      const input = readFixture(`payload-${suite}.json`)
      const { ruleset } = featbit.translate(decodeOrThrow(input))
      const text = JSON.stringify(ruleset)
      expect(JSON.parse(text)).toEqual(ruleset)
      expect(JSON.stringify(featbit.translate(decodeOrThrow(input)).ruleset)).toBe(text)
    },
  )

  it('says which environment it is, and its version', () => {
    const { ruleset } = featbit.translate(decodeOrThrow(readFixture('payload-core.json')))
    expect(ruleset.info).toEqual({
      vendor: 'featbit',
      environmentId: '7a3cbd53-6e96-4a70-af16-eb563e446ea7',
      version: 1_767_602_745_315,
    })
  })

  it('compiles without findings where the document has none', () => {
    const { ruleset, diagnostics } = featbit.translate(decodeOrThrow(readFixture('payload-rollout.json')))
    expect(diagnostics).toEqual([])
    expect(compile(ruleset).diagnostics).toEqual([])
  })

  it('reads only the attributes that its rules name', () => {
    const flag = conditionalEntry([condition('plan', 'Equal', 'gold')], {
      fallthrough: { dispatchKey: 'tenant', variations: [share('no', 0, 0.5)] },
    })
    const reads = snapshotOf(payload([flag])).reads('f')
    expect(reads).toMatchObject({
      attributes: ['plan', 'tenant'],
      key: true,
      whole: false,
      clock: false,
      random: false,
    })
  })
})
