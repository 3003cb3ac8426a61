import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../src/ofrep/index.js'

const nowMs = Date.UTC(2026, 0, 1)

describe('Retry-After', () => {
  it.each([
    ['absent', null, null],
    ['zero', '0', 0],
    ['seconds', '5', 5_000],
    ['seconds with blanks around', ' 5 ', 5_000],
    ['seconds with a unit', '12abc', null],
    ['a fraction', '1.5', null],
    ['a negative number', '-1', null],
    ['a date to come', 'Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['a date that is past', 'Thu, 01 Jan 2015 00:00:10 GMT', 0],
    ['a number of days', '864000', 300_000],
    ['a date in another year, as by a clock that is wrong', 'Fri, 01 Jan 2027 00:00:10 GMT', 300_000],
    ['an ISO date', '2026-01-01T00:00:10Z', null],
    ['nonsense', 'soon', null],
  ])('as %s', (_row, header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected)
  })
})
