/** The README says what the suites say: their sums, nothing written by hand. */
import { expect, it } from 'vitest'
import { textOf } from '../repository/files.js'
import { countsOf, readPage, withSummary } from './page.js'

it('has the sums of docs/fidelity.md for each vendor', () => {
  const readme = textOf('README.md')
  expect(readme).toBe(withSummary(readme, countsOf(readPage())))
})

it('would not have other ones', () => {
  const counts = countsOf(readPage()).set('flagdRules', { compared: 2_950, equal: 2_950 })
  expect(textOf('README.md')).not.toBe(withSummary(textOf('README.md'), counts))
})
