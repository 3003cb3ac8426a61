import { describe, expect, it } from 'vitest'
import { closest } from '../../src/config/closest.js'

describe('closest', () => {
  it.each([
    { name: 'prot', candidates: ['host', 'port'], expected: 'port' },
    { name: 'Port', candidates: ['host', 'port'], expected: 'port' },
    { name: 'serverKey', candidates: ['clientKeys', 'serverKeys'], expected: 'serverKeys' },
    { name: 'pollinterval', candidates: ['path', 'pollInterval'], expected: 'pollInterval' },
    { name: 'colour', candidates: ['level', 'format'], expected: undefined },
    { name: 'x', candidates: ['id'], expected: undefined },
    { name: 'anything', candidates: [], expected: undefined },
  ])('finds $expected for $name', ({ name, candidates, expected }) => {
    expect(closest(name, candidates)).toBe(expected)
  })
})
