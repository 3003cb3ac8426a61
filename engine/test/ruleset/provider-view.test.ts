import { describe, expect, it } from 'vitest'
import { applyPatch, compile, diff, providerView, seal, type Flag, type Ruleset } from '../../src/index.js'

const told: Flag = {
  outcomes: [
    { value: 'a', variant: 'a', reason: 'STATIC', native: { id: 1 }, serverMetadata: { rule: 'r' } },
    { value: 'b', reason: 'DEFAULT' },
  ],
  decide: { targets: 0 },
}
const untold: Flag = { outcomes: [{ value: { native: 'a value' }, reason: 'STATIC' }], decide: 0 }

const content: Ruleset = {
  ruleset: 1,
  dialects: [],
  info: { vendor: 'v' },
  metadata: { flagSetId: 'shop' },
  flags: { told, untold, ['__proto__']: untold },
  segments: { native: { when: true } },
  lists: { native: { items: ['x'] } },
  targets: {
    ada: { told: 1, untold: { value: 2, reason: 'TARGETING_MATCH', native: {} } },
    native: { told: 1 },
  },
}

describe('the view of a provider', () => {
  it('is without what vendors say in their own words and without info, and with everything else', () => {
    const sealed = seal(content)
    const { info: _info, ...rest } = sealed
    expect(providerView(sealed)).toEqual({
      ...rest,
      flags: {
        ...sealed.flags,
        told: {
          ...sealed.flags['told'],
          outcomes: [
            { value: 'a', variant: 'a', reason: 'STATIC', serverMetadata: { rule: 'r' } },
            { value: 'b', reason: 'DEFAULT' },
          ],
        },
      },
      targets: { ...sealed.targets, ada: { told: 1, untold: { value: 2, reason: 'TARGETING_MATCH' } } },
    })
  })

  it('shares with the whole what loses nothing', () => {
    const sealed = seal(content)
    const view = providerView(sealed)
    expect(view.flags['untold']).toBe(sealed.flags['untold'])
    expect(view.targets?.['native']).toBe(sealed.targets?.['native'])
  })

  it('is patched as the whole is, also where nothing but native changed', () => {
    const before = seal(content)
    const renamed: Flag = { ...told, outcomes: told.outcomes.map((outcome) => ({ ...outcome, native: { id: 2 } })) }
    const after = seal({ ...content, flags: { ...content.flags, told: renamed } })
    const patch = diff(providerView(before), providerView(after))
    expect(patch).toMatchObject({ from: before.revision, to: after.revision })
    expect(patch && applyPatch(providerView(before), patch)).toEqual({ ok: true, ruleset: providerView(after) })
  })

  it('answers as the whole does', () => {
    const sealed = seal(content)
    const [whole, view] = [compile(sealed).snapshot, compile(providerView(sealed)).snapshot]
    for (const targetingKey of ['ada', 'native', 'other']) {
      const answers = [whole, view].map((snapshot) =>
        snapshot
          .evaluateAll({ targetingKey }, { nowMs: 0, random: () => 0 }, 'server')
          .map((outcome) => outcome.ofrep('server')),
      )
      expect(answers[1]).toEqual(answers[0])
    }
  })

  it('takes over what is malformed', () => {
    const broken = {
      broken: 7,
      empty: {},
      odd: { outcomes: [null, 'x', { native: 1 }] },
    } as unknown as Ruleset['flags']
    const { flags } = providerView(seal({ ruleset: 1, dialects: [], flags: broken }))
    expect(flags).toMatchObject({ broken: 7, empty: {}, odd: { outcomes: [null, 'x', {}] } })
  })
})
