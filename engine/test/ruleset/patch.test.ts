import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPatch, diff, seal, type Flag, type Json, type Ruleset, type RulesetPatch } from '../../src/index.js'

const flag = fc.record({
  outcomes: fc.array(
    fc.record({ reason: fc.constant('STATIC' as const), value: fc.json().map((text) => JSON.parse(text) as Json) }),
    {
      maxLength: 3,
    },
  ),
  decide: fc.constantFrom(0, 1, null),
}) satisfies fc.Arbitrary<Flag>

const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '7', '')

const table = <T>(part: fc.Arbitrary<T>) => fc.dictionary(name, part, { noNullPrototype: true })

const ruleset: fc.Arbitrary<Ruleset> = fc.record(
  {
    ruleset: fc.constant(1 as const),
    dialects: fc.constantFrom([], ['flagd']),
    info: fc.record({ version: fc.constantFrom('1', '2') }),
    metadata: fc.record({ flagSetId: fc.constantFrom('x', 'y') }),
    flags: table(flag),
    segments: table(fc.record({ when: fc.boolean() })),
    lists: table(fc.record({ items: fc.array(fc.string({ maxLength: 2 }), { maxLength: 3 }) })),
    targets: table(table(fc.nat(3))),
  },
  { requiredKeys: ['ruleset', 'dialects', 'flags'] },
)

describe('a patch', () => {
  it('turns the one ruleset into the other', () => {
    fc.assert(
      fc.property(ruleset, ruleset, (a, b) => {
        const [before, after] = [seal(a), seal(b)]
        const patch = diff(before, after)
        if (patch === null) {
          expect(before).toEqual(after)
          return
        }
        const travelled = JSON.parse(JSON.stringify(patch)) as typeof patch
        expect(applyPatch(before, travelled)).toEqual({ ok: true, ruleset: after })
      }),
      { numRuns: 500 },
    )
  })

  it('is null between equal rulesets, whatever the order of their members', () => {
    const a = seal({
      ruleset: 1,
      dialects: [],
      flags: { x: { outcomes: [], decide: null }, y: { outcomes: [], decide: 0 } },
    })
    const b = seal({
      ruleset: 1,
      dialects: [],
      flags: { y: { outcomes: [], decide: 0 }, x: { outcomes: [], decide: null } },
    })
    expect(a.revision).toBe(b.revision)
    expect(diff(a, b)).toBeNull()
  })

  const one = seal({ ruleset: 1, dialects: [], flags: { x: { outcomes: [], decide: null } } })
  const two = seal({ ruleset: 1, dialects: [], flags: { x: { outcomes: [], decide: 0 } } })
  const patch = diff(one, two)!

  it('is refused by another revision', () => {
    expect(applyPatch(two, patch)).toEqual({ ok: false, reason: 'other-revision' })
  })

  it('is refused when it does not give the revision it promises', () => {
    expect(applyPatch(one, { ...patch, to: '0'.repeat(16) })).toEqual({ ok: false, reason: 'wrong-result' })
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'patch'],
    ['one with a list of flags', { ...patch, flags: [] }],
    ['one that removes no list', { ...patch, flags: { remove: 'x' } }],
    ['one with text for a header', { ...patch, header: 'x' }],
    ['one with an object for a hash', { ...patch, flags: { set: { x: { hash: {}, outcomes: [], decide: 0 } } } }],
  ])('is refused when it is %s', (_, wrong) => {
    expect(applyPatch(one, wrong as RulesetPatch)).toEqual({ ok: false, reason: 'wrong-result' })
  })
})

const digits: unknown = expect.stringMatching(/^[0-9a-f]{16}$/)

describe('sealing', () => {
  it('gives every part a hash of its content and the revision a sum of all', () => {
    const sealed = seal({ ruleset: 1, dialects: [], flags: { x: { outcomes: [], decide: null } } })
    expect(sealed).toMatchObject({ revision: digits, hash: digits, flags: { x: { hash: digits } } })
  })

  it('is stable: sealing again changes nothing', () => {
    fc.assert(
      fc.property(ruleset, (a) => {
        expect(seal(seal(a))).toEqual(seal(a))
      }),
    )
  })

  it('leaves what is only about the document out of the revision', () => {
    const at = (info: string) => seal({ ruleset: 1, dialects: [], flags: {}, info: { info } }).revision
    expect(at('a')).toBe(at('b'))
  })
})
