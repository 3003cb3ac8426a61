import { describe, expect, it } from 'vitest'
import {
  describeFlag,
  normalizeContext,
  redactExplanation,
  renderExplanation,
  vendors,
  type Json,
  type Line,
} from '@switchyard/engine'
import { casedVendors, casesOf, environmentOf, explanationOf, snapshotOf } from './cases.js'

describe('the cases', () => {
  it('cover every vendor', () => {
    expect(casedVendors).toEqual([...vendors.keys()].toSorted())
  })
})

describe.each(casedVendors)('an explanation for %s', (vendorName) => {
  const rows = casesOf(vendorName).map((given) => ({ ...given, given }))

  it.each(rows)('says why: $title', async ({ given }) => {
    await expect(renderExplanation(explanationOf(given))).toMatchFileSnapshot(given.golden)
  })

  it.each(rows)('has the rules of the flag in plain words: $title', async ({ given }) => {
    const words = wordsText(describeFlag(snapshotOf(given), given.flag) ?? [], 0)
    await expect(words).toMatchFileSnapshot(given.golden.replace(/\.txt$/, '.words.txt'))
  })

  it.each(rows)('tells nothing of the context once it is redacted: $title', ({ given }) => {
    const redacted = redactExplanation(explanationOf(given), given.context)
    const shown = `${JSON.stringify(redacted)}${renderExplanation(redacted)}`
    expect(textsIn(given.context).filter((text) => text.length >= 3 && shown.includes(text))).toEqual([])
  })

  it.each(rows)('has the answer of an evaluation: $title', ({ given }) => {
    const evaluated = snapshotOf(given).evaluate(given.flag, normalizeContext(given.context), environmentOf(given))
    const { value, variant, reason, errorCode, errorDetails } = explanationOf(given).outcome
    expect({ value, variant, reason, errorCode, errorDetails }).toEqual({
      value: evaluated.value,
      variant: evaluated.variant,
      reason: evaluated.reason,
      errorCode: evaluated.errorCode,
      errorDetails: evaluated.errorDetails,
    })
  })
})

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function wordsText(lines: readonly Line[], depth: number): string {
  return lines.map(({ text, below = [] }) => `${'  '.repeat(depth)}${text}\n${wordsText(below, depth + 1)}`).join('')
}
