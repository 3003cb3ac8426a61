import { describe, expect, it } from 'vitest'
import { vectors } from '../../engine/test/vendors/flagsmith/recorded.js'
import { countsOf, expectOnPage, pageOf, readPage, type SuiteName } from './page.js'
import { countOf, recordings, recordingsElsewhere } from './recordings.js'

describe('docs/fidelity.md', () => {
  it('is the page of its own numbers', () => {
    expect(readPage()).toBe(pageOf(countsOf(readPage())))
  })

  it('has compared something in every line', () => {
    for (const [name, { compared, equal }] of countsOf(readPage())) {
      expect(compared, name).toBeGreaterThan(0)
      expect(equal, name).toBeLessThanOrEqual(compared)
    }
  })

  it.each(Object.entries(recordings))('says what is found now: %s', (name, pairs) => {
    expectOnPage(name as SuiteName, countOf(pairs()))
  })
})

const folder = vectors('.')

describe.runIf(folder !== null)('docs/fidelity.md, on recordings that are elsewhere', () => {
  it.each(Object.entries(recordingsElsewhere))('says what is found now: %s', (name, pairs) => {
    expectOnPage(name as SuiteName, countOf(pairs(folder ?? '')))
  })
})
