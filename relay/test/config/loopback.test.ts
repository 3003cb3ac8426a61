import { describe, expect, it } from 'vitest'
import { isLoopback } from '../../src/config/loopback.js'

describe('isLoopback', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '0:0:0:0:0:0:0:1'])('holds for %s', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '127.evil.example',
    '127.0.0.1.evil.example',
    'localhost.example',
    '::10',
    '1::1',
    '',
  ])('does not hold for %j', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})
