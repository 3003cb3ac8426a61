import { describe, expect, it } from 'vitest'
import { applyPatch, seal, type RulesetPatch, type SealedRuleset } from '@switchyard/engine'
import { createRulesetHistory, type RulesetHistory } from '../../../src/http/streams/ruleset-history.js'

const rulesetOf = (value: string): SealedRuleset =>
  seal({ ruleset: 1, dialects: [], flags: { f: { outcomes: [{ value, reason: 'STATIC' }], decide: 0 } } })

/** A history of the changes between these, each from the one before. */
function historyOf(...values: string[]): RulesetHistory {
  const history = createRulesetHistory()
  const rulesets = values.map(rulesetOf)
  for (const [index, after] of rulesets.entries()) {
    const before = rulesets[index - 1]
    if (before !== undefined) history.add({ before, after, id: `${index + 1}-${after.revision}` })
  }
  return history
}

/** Where patches lead from a value, step by step; null where there is no way. */
function wayFrom(history: RulesetHistory, value: string, last: string, maxBytes = Infinity): string[] | null {
  const way: string[] = []
  let ruleset = rulesetOf(value)
  while (ruleset.revision !== rulesetOf(last).revision) {
    const step = history.next(ruleset.revision, maxBytes)
    if (step === null) return null
    const data = /^data: (.*)$/m.exec(step.event.bytes.toString())?.[1] ?? ''
    const patched = applyPatch(ruleset, JSON.parse(data) as RulesetPatch)
    if (!patched.ok) throw new Error(patched.reason)
    ruleset = patched.ruleset
    expect(ruleset.revision).toBe(step.to)
    way.push(ruleset.flags['f']?.outcomes[0]?.value as string)
  }
  return way
}

describe('the history of a ruleset', () => {
  it('leads from each revision to the newest one, by patches that fit', () => {
    const history = historyOf('a', 'b', 'c')
    expect(wayFrom(history, 'a', 'c')).toEqual(['b', 'c'])
    expect(wayFrom(history, 'b', 'c')).toEqual(['c'])
  })

  it('knows no way from a revision that it never saw', () => {
    expect(wayFrom(historyOf('a', 'b'), 'x', 'b')).toBeNull()
    expect(wayFrom(createRulesetHistory(), 'a', 'b')).toBeNull()
  })

  it('takes the short way from a revision that came back', () => {
    expect(wayFrom(historyOf('a', 'b', 'a', 'c'), 'a', 'c')).toEqual(['c'])
  })

  it('keeps the last hundred patches', () => {
    const values = Array.from({ length: 120 }, (_, index) => `v${index}`)
    const history = historyOf(...values)
    expect(wayFrom(history, 'v19', 'v119')).toHaveLength(100)
    expect(wayFrom(history, 'v18', 'v119')).toBeNull()
  })

  it('keeps no more than 16 MiB', () => {
    const long = (name: string): string => name + 'x'.repeat(6 * 2 ** 20)
    const history = historyOf('a', long('b'), long('c'), long('d'))
    expect(wayFrom(history, 'a', long('d'))).toBeNull()
    expect(wayFrom(history, long('b'), long('d'))).toHaveLength(2)
  })

  it('says of a way that is longer than allowed that there is none', () => {
    const history = historyOf('a', 'b', 'c')
    const oneStep = history.next(rulesetOf('b').revision, Infinity)?.event.bytes.length ?? 0
    expect(wayFrom(history, 'b', 'c', oneStep)).toEqual(['c'])
    expect(history.next(rulesetOf('a').revision, oneStep)).toBeNull()
  })

  it('forgets what was before a gap', () => {
    const history = historyOf('a', 'b')
    history.add({ before: rulesetOf('x'), after: rulesetOf('y'), id: '9-y' })
    expect(history.next(rulesetOf('a').revision, Infinity)).toBeNull()
    expect(wayFrom(history, 'x', 'y')).toEqual(['y'])
  })
})
