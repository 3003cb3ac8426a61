import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { murmur3Utf8 } from '../../src/hash/murmur3-utf8.js'
import { xxh64Utf8 } from '../../src/hash/xxh64-utf8.js'
import { compile, explain, type Expr, type Json, type JsonObject, type Ruleset } from '../../src/index.js'
import type { CallTrace } from '../../src/explain/explanation.js'
import { dialects } from '../../src/registry.js'

/** What an operator says it hashed, and what it gave. */
interface Hashed {
  readonly value: Json
  readonly bucket: number | undefined
  readonly text: string | undefined
  /** The name of the hash, by the operator's own words. */
  readonly hash: string | undefined
}

function hashedBy(expression: Expr, context: JsonObject): Hashed {
  const document: Ruleset = {
    ruleset: 1,
    dialects: [],
    flags: { f: { outcomes: [{ reason: 'STATIC' }], decide: { switch: expression, cases: [], else: 0 } } },
  }
  const { decision } = explain(compile(document).snapshot, 'f', context, { nowMs: 0, random: () => 0 })!
  if (decision?.step !== 'switch') throw new Error(`the flag is ${decision?.step}`)
  const trace = decision.on as CallTrace
  const [dialect = '', name = ''] = trace.operator.split('.')
  const hash = dialects.find((one) => one.name === dialect)?.words?.get(name)?.hash
  return { value: trace.value ?? null, bucket: trace.bucket, text: trace.hashInput, hash }
}

const md5 = (text: string): Buffer => createHash('md5').update(text).digest()

/** Each hash by its name in explanations: its result for a text. */
const hashes = {
  MD5: md5,
  MurmurHash3: (text: string): number => murmur3Utf8(text),
  'XXH64 of the SHA-256': (text: string): bigint => {
    const halves = new Uint32Array(2)
    xxh64Utf8(createHash('sha256').update(text).digest('hex'), halves)
    return (BigInt(halves[0] ?? 0) << 32n) | BigInt(halves[1] ?? 0)
  },
}

/** What a vendor makes of the hash of a text, written once more as its fact says it. */
const scales = {
  featbit: (text: string): number => Math.abs(md5(text).readInt32LE(0) / -2_147_483_648),
  flagsmith: (text: string): number => (Number(BigInt(`0x${md5(text).toString('hex')}`) % 9_999n) / 9_998) * 100,
  cloudbees: (text: string): number => md5(text).readUInt32LE(0) / 4_294_967_295,
  flagbase: (text: string): number => Number(hashes['XXH64 of the SHA-256'](text) % 100n),
  flagd: (text: string): number => Number((BigInt(hashes.MurmurHash3(text)) * 100n) >> 32n),
  flagdLegacy: (text: string): number => (Math.abs(hashes.MurmurHash3(text) | 0) / 2_147_483_647) * 100,
}

interface Row {
  readonly operator: string
  readonly call: Expr
  readonly context: JsonObject
  readonly text: string
  readonly hash: keyof typeof hashes
  readonly scale: (text: string) => number
}

const key = { targetingKey: 'user-1' }
const shares: Json = [
  ['red', 50],
  ['blue', 50],
]

const rows: readonly Row[] = [
  {
    operator: 'flagd.bucket',
    call: ['flagd.bucket', 100, ['flagd.seed', 'color', null, ['key']]],
    context: key,
    text: 'coloruser-1',
    hash: 'MurmurHash3',
    scale: scales.flagd,
  },
  {
    operator: 'flagd.bucketLegacy',
    call: ['flagd.bucketLegacy', 100, ['attr', 'company']],
    context: { company: 'Zürich 😀' },
    text: 'Zürich 😀',
    hash: 'MurmurHash3',
    scale: scales.flagdLegacy,
  },
  {
    operator: 'flagd.fractional by the targeting key',
    call: ['flagd.fractional', 'color', -1, { const: shares }],
    context: key,
    text: 'coloruser-1',
    hash: 'MurmurHash3',
    scale: scales.flagd,
  },
  {
    operator: 'flagd.fractional by a seed',
    call: [
      'flagd.fractional',
      'color',
      -1,
      ['flagd.list', ['attr', 'company'], ...shares.map((const_) => ({ const: const_ }))],
    ],
    context: { company: 'acme' },
    text: 'acme',
    hash: 'MurmurHash3',
    scale: scales.flagd,
  },
  {
    operator: 'flagd.fractionalLegacy',
    call: ['flagd.fractionalLegacy', 'color', -1, { const: shares }],
    context: key,
    text: 'coloruser-1',
    hash: 'MurmurHash3',
    scale: scales.flagdLegacy,
  },
  {
    operator: 'flagsmith.bucket',
    call: ['flagsmith.bucket', '70', ['flagsmith.identityKey', 'ENV']],
    context: key,
    text: '70,ENV_user-1',
    hash: 'MD5',
    scale: scales.flagsmith,
  },
  {
    operator: 'flagsmith.bucket that lands on 100 and is hashed again',
    call: ['flagsmith.bucket', '1', ['key']],
    context: { targetingKey: 'user-18120' },
    text: '1,user-18120,1,user-18120',
    hash: 'MD5',
    scale: scales.flagsmith,
  },
  {
    operator: 'flagsmith.percent of text that is a number',
    call: ['flagsmith.percent', '12', ['attr', 'company']],
    context: { company: '0093' },
    text: '12,93',
    hash: 'MD5',
    scale: scales.flagsmith,
  },
  {
    operator: 'flagsmith.percent of a boolean',
    call: ['flagsmith.percent', '12', ['attr', 'beta']],
    context: { beta: true },
    text: '12,True',
    hash: 'MD5',
    scale: scales.flagsmith,
  },
  {
    operator: 'featbit.bucket',
    call: ['featbit.bucket', 'checkout-v2', ['key']],
    context: { targetingKey: '用户-42' },
    text: 'checkout-v2用户-42',
    hash: 'MD5',
    scale: scales.featbit,
  },
  {
    operator: 'featbit.bucket of nothing',
    call: ['featbit.bucket', 'flag', ['attr', 'company']],
    context: {},
    text: 'flag',
    hash: 'MD5',
    scale: scales.featbit,
  },
  {
    operator: 'cloudbees.bucket',
    call: ['cloudbees.bucket', ['cloudbees.seed', ['attr', 'n'], 's1']],
    context: { n: 5 },
    text: '5.s1',
    hash: 'MD5',
    scale: scales.cloudbees,
  },
  {
    operator: 'cloudbees.inRange',
    call: ['cloudbees.inRange', 0, 0.5, ['key']],
    context: key,
    text: 'user-1',
    hash: 'MD5',
    scale: scales.cloudbees,
  },
  {
    operator: 'flagbase.bucket',
    call: ['flagbase.bucket', 'new-checkout', ['key']],
    context: key,
    text: 'new-checkoutuser-1',
    hash: 'XXH64 of the SHA-256',
    scale: scales.flagbase,
  },
]

describe('the text that an explanation says was hashed', () => {
  it.each(rows)('gives the bucket with the hash that is named: $operator', ({ call, context, ...wanted }) => {
    const { value, bucket, text, hash } = hashedBy(call, context)
    expect({ text, hash }).toEqual({ text: wanted.text, hash: wanted.hash })
    expect(bucket ?? value).toBe(wanted.scale(wanted.text))
  })

  it('is that of the digest: cloudbees.md5', () => {
    const { value, text, hash } = hashedBy(['cloudbees.md5', ['concat', 'salt', ['key']]], key)
    expect({ value, text, hash }).toEqual({ value: md5('saltuser-1').toString('hex'), text: 'saltuser-1', hash: 'MD5' })
  })

  it.each<[string, Expr]>([
    ['flagd.bucket', ['flagd.bucket', 100, ['key']]],
    ['flagd.fractional', ['flagd.fractional', 'color', -1, { const: shares }]],
    ['flagsmith.bucket', ['flagsmith.bucket', '1', ['key']]],
    ['flagsmith.percent', ['flagsmith.percent', '1', ['key']]],
  ])('is left out where there is nothing to hash: %s', (_name, call) => {
    expect(hashedBy(call, {})).toMatchObject({ value: null, bucket: undefined, text: undefined })
  })

  it('is known of every operator that words name a hash for, and the other way round', () => {
    for (const { operators, words } of dialects) {
      const hashing = [...operators].filter(([, { hashInput }]) => hashInput !== undefined).map(([name]) => name)
      const named = [...(words ?? [])].filter(([, { hash }]) => hash !== undefined).map(([name]) => name)
      expect(named.toSorted()).toEqual(hashing.toSorted())
    }
  })
})
