import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buidOf } from '../../../src/vendors/cloudbees/buid.js'

interface Row {
  readonly what: string
  readonly input: string
  readonly value: string
}

const rows = (
  JSON.parse(
    readFileSync(new URL('../../../../test/fixtures/cloudbees/hashes.json', import.meta.url), 'utf8'),
  ) as readonly Row[]
).filter(({ what }) => what === 'buid')

describe('the buid', () => {
  it('is recorded for both kinds of keys', () => {
    expect(rows).toHaveLength(4)
  })

  it.each(rows)('of $input is what it was recorded or computed to be', ({ input, value }) => {
    const [platform = '', environmentKey = '', sdkVersion = '', apiVersion = ''] = input.split('|')
    expect(buidOf({ platform, environmentKey, sdkVersion, apiVersion })).toBe(value)
  })
})
