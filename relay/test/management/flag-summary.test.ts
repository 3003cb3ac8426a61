import { describe, expect, it } from 'vitest'
import type { Ruleset } from '@switchyard/engine'
import { answersByFlag, summarize } from '../../src/management/flag-summary.js'

const rulesetOf = (flag: unknown): Ruleset => ({ ruleset: 1, dialects: [], flags: { a: flag } }) as unknown as Ruleset
const none = answersByFlag({ remote: [], inProcess: [] })

describe('a flag in a list', () => {
  it('has the type of its values where none is declared', () => {
    const typeOf = (...values: unknown[]) =>
      summarize(rulesetOf({ outcomes: values.map((value) => ({ value, reason: 'STATIC' })), decide: 0 }), 'a', none)
        .type
    expect([typeOf(true, false), typeOf('x', undefined), typeOf(1), typeOf({}, [1]), typeOf(1, 'x'), typeOf()]).toEqual(
      ['boolean', 'string', 'number', 'object', 'mixed', null],
    )
  })

  it('tells its outcomes, long values shortened', () => {
    const outcomes = [{ value: 'x'.repeat(1_000), variant: 'long', reason: 'STATIC' }, { reason: 'DISABLED' }]
    const summary = summarize(rulesetOf({ type: 'string', outcomes, decide: 1 }), 'a', none)
    expect(summary).toEqual({
      key: 'a',
      type: 'string',
      isStatic: true,
      isDisabled: true,
      audience: 'all',
      outcomes: [
        { variant: 'long', isError: false, value: `"${'x'.repeat(198)}…`, isComputed: false, reason: 'STATIC' },
        { variant: '', isError: false, value: null, isComputed: false, reason: 'DISABLED' },
      ],
      answers: [],
    })
  })

  it('knows that an answer which is computed is not the same for everybody, and what it is counted as', () => {
    const outcomes = [{ reason: 'TARGETING_MATCH', compute: { from: ['attr', 'name'], value: 'x', variant: 'y' } }]
    const { isStatic, isDisabled, outcomes: told } = summarize(rulesetOf({ outcomes, decide: 0 }), 'a', none)
    expect([isStatic, isDisabled]).toEqual([false, false])
    expect(told).toEqual([
      { variant: 'other', isError: false, value: null, isComputed: true, reason: 'TARGETING_MATCH' },
    ])
  })

  it('sums answers by variant, whatever the reason was but for errors, the most frequent first', () => {
    const series = (variant: string, reason: string, count: number) => ({ flagKey: 'a', variant, reason, count })
    const answers = answersByFlag({
      remote: [
        series('off', 'DEFAULT', 2),
        series('on', 'SPLIT', 3),
        series('on', 'TARGETING_MATCH', 4),
        series('', 'ERROR', 1),
        series('', 'DISABLED', 6),
      ],
      inProcess: [series('off', 'DEFAULT', 50)],
    })
    expect(summarize(rulesetOf({ outcomes: [], decide: 0 }), 'a', answers).answers).toEqual([
      { variant: 'off', isError: false, remote: 2, inProcess: 50 },
      { variant: 'on', isError: false, remote: 7, inProcess: 0 },
      { variant: '', isError: false, remote: 6, inProcess: 0 },
      { variant: '', isError: true, remote: 1, inProcess: 0 },
    ])
  })

  it.each([null, 3, 'text', [], { outcomes: 5 }, { outcomes: [null] }])(
    'does not stumble over the malformed flag %j',
    (flag) => {
      expect(summarize(rulesetOf(flag), 'a', none)).toMatchObject({
        key: 'a',
        type: null,
        isStatic: false,
        answers: [],
      })
    },
  )
})
