/** What the packages declare is what somebody has reviewed. Reads the build. */
import { describe, expect, it } from 'vitest'
import { apiReports } from '../tools/api-reports.mjs'
import { filesIn, textOf } from './repository/files.js'

const reviewed = filesIn('docs/api')
const reports = Object.entries(apiReports()).map(([name, text]) => [`docs/api/${name}`, text] as const)

const advice = 'if the change is meant (docs/versioning.md says what it asks for), accept it by `npm run api`'

describe('the public API', () => {
  it('has a report for each entry that has types, and no other', () => {
    expect(reviewed, advice).toEqual(reports.map(([path]) => path).toSorted())
  })

  it.each(reports)('is as it was reviewed in %s', (path, text) => {
    expect(text, advice).toBe(reviewed.includes(path) ? textOf(path) : '')
  })
})
