import { describe, expect, it } from 'vitest'
import type { Json, Ruleset } from '../../../src/index.js'
import { rulesetOfContext, segmentsOf } from './evaluate.js'
import { fixture } from './recorded.js'

interface Matrix {
  readonly operators: readonly string[]
  readonly traits: readonly Json[]
  readonly conditions: readonly string[]
  /** One character per condition: 1 match, 0 no match, E the engine threw, which is no match here. */
  readonly python_engine_10_2_0: Record<string, readonly string[]>
}

const matrix = fixture('operator-matrix.json') as Matrix

/**
 * Cells for which 10 and 10.0 have to be told apart: row of the trait, conditions. Python does, JSON in JavaScript cannot: an
 * integral number is an integer, and against a condition that is not one, both compare as floats. Row 23 is the trait 10.0,
 * rows 17 to 21 and 29 are integers.
 */
const integralFloats: Record<string, Record<number, readonly string[]>> = {
  EQUAL: { 20: ['10.0'] },
  GREATER_THAN: { 19: ['1.5'], 20: ['1.5'], 29: ['10.0', '10.5', '1.5'] },
  LESS_THAN: {
    17: ['10.0', '10.5', '1.5', '1e21'],
    18: ['10.0', '10.5', '1.5', '1e21'],
    19: ['10.0', '10.5', '1e21'],
    20: ['10.5', '1e21'],
    21: ['10.0', '10.5', '1.5', '1e21'],
    29: ['1e21'],
  },
  REGEX: { 23: ['10.0'] },
  IN: { 23: ['10', 'bar,10,1.5,true', '["bar","10"]', '[1,5,10,1.5,true]'] },
}

describe('the Python engine', () => {
  it.each(matrix.operators)('agrees on every value and condition of %s', (operator) => {
    const ruleset = oneSegmentPerCondition(operator)
    for (const [row, trait] of matrix.traits.entries()) {
      const matched = new Set(segmentsOf(ruleset, { targetingKey: 'id1', t: trait }))
      const cells = matrix.python_engine_10_2_0[operator]?.[row] ?? ''
      const different = matrix.conditions.filter(
        (condition, column) => matched.has(condition) !== (cells[column] === '1'),
      )
      expect(different.sort(), `${row}: ${JSON.stringify(trait)}`).toEqual(
        (integralFloats[operator]?.[row] ?? []).toSorted(),
      )
    }
  })
})

/** Segments with one condition each, named after its value. */
function oneSegmentPerCondition(operator: string): Ruleset {
  const segments = matrix.conditions.map((value) => [
    `segment ${value}`,
    { key: '1', name: value, rules: [{ type: 'ALL', conditions: [{ operator, property: 't', value }] }] },
  ])
  return rulesetOfContext({ environment: { key: 'env', name: 'Environment' }, segments: Object.fromEntries(segments) })
}
