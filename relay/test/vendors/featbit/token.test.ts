import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createConnectionToken, readConnectionToken } from '../../../src/vendors/featbit/token.js'

interface Vectors {
  readonly encode: readonly {
    readonly secret: string
    readonly timestamp: number
    readonly random: number
    readonly token: string
  }[]
  readonly decodeRejected: readonly string[]
}

const path = new URL('../../../../test/fixtures/featbit/token-vectors.json', import.meta.url)
const { encode, decodeRejected } = JSON.parse(readFileSync(path, 'utf8')) as Vectors

describe('a connection token', () => {
  it.each(encode)('is made as the Node SDK makes it: $token', ({ secret, timestamp, random, token }) => {
    expect(createConnectionToken(secret, timestamp, () => random)).toBe(token)
  })

  it.each(encode.filter(({ secret }) => secret.length === 44 && !secret.endsWith('==')))(
    'is read again: $token',
    ({ secret, timestamp, token }) => {
      expect(readConnectionToken(token)).toEqual({ secret, issuedAtMs: timestamp })
    },
  )

  it.each([
    {
      token: 'QWSBHgpnOV3wI3kKAO9q9viC0wQWQQBDDDQBZWPXDQSdKZrVAf2U6gAnxl4lSH3w',
      secret: 'gpnOV3wI3kKAO9q9viC0wQWdKZrVAf2U6gAnxl4lSH3w',
      issuedAtMs: 1_666_018_247_603,
    },
    {
      token: 'QBPBHv3faJy3RCUO8d-QQBDDDQBZZQQXHPEJiVdN6waRfGjfNan02Ms9c0LiTD6w',
      secret: 'v3faJy3RCUO8d-EJiVdN6waRfGjfNan02Ms9c0LiTD6w',
      issuedAtMs: 1_666_018_800_754,
    },
  ])('may have zeros before its time: $token', ({ token, ...read }) => {
    expect(readConnectionToken(token)).toEqual(read)
  })

  it.each(decodeRejected)('is not "%s"', (token) => {
    expect(readConnectionToken(token)).toBeNull()
  })

  it('is read as it was made, whatever the secret, the time and the chance', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_-]{44}$/)
    const time = fc.integer({ min: 0, max: 8_640_000_000_000_000 })
    fc.assert(
      fc.property(secret, time, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (text, ms, random) => {
        expect(readConnectionToken(createConnectionToken(text, ms, () => random))).toEqual({
          secret: text,
          issuedAtMs: ms,
        })
      }),
      { seed: 20_260_910, numRuns: 500 },
    )
  })

  it('is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[QBWSPHDXZU]{5,}.*$/)), (text) => {
        const read = readConnectionToken(text)
        expect(read === null || read.secret.length === 44).toBe(true)
      }),
      { seed: 20_260_911, numRuns: 500 },
    )
  })
})
