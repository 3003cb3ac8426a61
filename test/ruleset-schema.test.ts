import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { providerView, seal, vendors, type Ruleset } from '@switchyard/engine'
import { coreSamples, ruleset } from '../engine/test/explain/arbitrary-ruleset.js'
import { dialectSamples } from '../engine/test/explain/dialect-samples.js'
import { dialects } from '../engine/src/registry.js'
import { casedVendors, casesOf } from './explain/cases.js'
import { filesIn, textOf } from './repository/files.js'

interface Schema {
  readonly $id: string
  readonly $defs: Readonly<Record<string, { readonly properties?: object }>>
}

const schema = JSON.parse(textOf('docs/ruleset.schema.json')) as AnySchemaObject & Schema
const ajv = new Ajv2020({ strictTypes: false, strictTuples: false, allErrors: true, schemas: [schema] })

type Definition = 'ruleset' | 'sealed' | 'patch' | 'flag' | 'outcome' | 'decision' | 'expression'

/** What is wrong with a value by one of the schema's definitions, as sentences. */
function problemsOf(value: unknown, definition: Definition): string[] {
  const validate = ajv.compile({ $ref: `${schema.$id}#/$defs/${definition}` })
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const sound: Ruleset = {
  ruleset: 1,
  dialects: [],
  flags: { f: { outcomes: [{ value: 1, reason: 'STATIC' }], decide: 0 } },
}

function withFlag(flag: object): object {
  return { ...sound, flags: { f: { ...sound.flags['f'], ...flag } } }
}

function deciding(decide: unknown): object {
  return withFlag({ decide })
}

function answering(outcome: object): object {
  return withFlag({ outcomes: [outcome] })
}

/** The JSON on the page. */
const examples = [...textOf('docs/ruleset.md').matchAll(/```json\n([^`]+)```/g)].map(([, text = '']) => {
  return { text: text.replaceAll(/\s+/g, ' ').slice(0, 60), example: JSON.parse(text) as unknown }
})

/** What an example is an example of, with what it leaves out around it. */
function inPlace(example: unknown): { definition: Definition; value: unknown } {
  const members = Array.isArray(example) ? [] : Object.keys(example as object)
  const has = (...names: string[]): boolean => names.some((name) => members.includes(name))
  if (has('from')) return { definition: 'patch', value: example }
  if (has('ruleset', 'lists')) return { definition: 'ruleset', value: { ...sound, ...(example as object) } }
  if (has('targets') && !('rules' in (example as { targets: object }).targets))
    return { definition: 'ruleset', value: { ...sound, ...(example as object) } }
  if (has('decide')) return { definition: 'flag', value: { outcomes: [], ...(example as object) } }
  if (has('reason')) return { definition: 'outcome', value: example }
  return { definition: Array.isArray(example) ? 'expression' : 'decision', value: example }
}

/** The engine's types, and what describes them. */
const interfaces = [
  { name: 'Ruleset', definition: 'ruleset' },
  { name: 'Flag', definition: 'flag' },
  { name: 'Outcome', definition: 'outcome' },
  { name: 'Compute', definition: 'compute' },
  { name: 'Segment', definition: 'segment' },
  { name: 'List', definition: 'list' },
  { name: 'RulesDecision', definition: 'rules' },
  { name: 'SplitDecision', definition: 'split' },
  { name: 'SwitchDecision', definition: 'switch' },
  { name: 'TargetsDecision', definition: 'targetsFirst' },
]

/** The names of an interface's members, read from its declaration. */
function membersOf(name: string): string[] {
  const [, body = ''] = new RegExp(`export interface ${name} {\n([^}]+(?:{[^}]+}[^}]+)*)\n}`).exec(types) ?? []
  return [...body.matchAll(/^  readonly (\w+)\??:/gm)].map(([, member]) => member ?? '')
}

const types = textOf('engine/src/ruleset/types.ts')

describe('docs/ruleset.schema.json', () => {
  const vectors = filesIn('docs/vectors')
    .filter((path) => path.endsWith('.json'))
    .map((path) => ({
      path,
      file: JSON.parse(textOf(path)) as { rulesets: Record<string, unknown>; patches?: object[] },
    }))

  it.each(vectors)('accepts the rulesets of $path, but for that of another time', ({ file }) => {
    const refused = Object.entries(file.rulesets).filter(([, value]) => problemsOf(value, 'ruleset').length > 0)
    expect(refused.map(([name]) => name)).toEqual(Object.keys(file.rulesets).filter((name) => name === 'another time'))
  })

  it('accepts the sealed rulesets and the patches among the vectors', () => {
    const { rulesets = {}, patches = [] } = vectors.find(({ path }) => path.includes('revisions'))?.file ?? {}
    expect(Object.values(rulesets).flatMap((value) => problemsOf(value, 'sealed'))).toEqual([])
    expect(patches.flatMap((row) => ('patch' in row ? problemsOf(row.patch, 'patch') : ['no patch']))).toEqual([])
  })

  it.each(casedVendors)('accepts what the translator of %s writes, whole and as providers get it', (vendorName) => {
    const problems = casesOf(vendorName).flatMap(({ name, document }) => {
      const decoded = vendors.get(vendorName)?.decode(document)
      if (decoded?.ok !== true) return [`${name} is refused`]
      const sealed = seal(vendors.get(vendorName)!.translate(decoded.document).ruleset)
      return [...problemsOf(sealed, 'sealed'), ...problemsOf(providerView(sealed), 'sealed')]
    })
    expect(problems).toEqual([])
  })

  it('accepts whatever the engine is tested with', () => {
    const samples = [...coreSamples, ...dialectSamples(dialects)]
    fc.assert(
      fc.property(ruleset(samples), (document) => {
        expect(problemsOf(document, 'ruleset')).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it.each(examples)('accepts the example $text', ({ example }) => {
    const { definition, value } = inPlace(example)
    expect(problemsOf(value, definition)).toEqual([])
  })

  it.each(interfaces)('has the members of $name', ({ name, definition }) => {
    const properties = Object.keys(schema.$defs[definition]?.properties ?? {})
    expect(properties.toSorted()).toEqual(membersOf(name).toSorted())
  })

  it('accepts members that it does not know', () => {
    expect(problemsOf({ ...answering({ reason: 'STATIC', later: 1 }), later: 1 }, 'ruleset')).toEqual([])
  })

  it.each<[string, unknown]>([
    ['another version', { ...sound, ruleset: 2 }],
    ['no flags', { ruleset: 1, dialects: [] }],
    ['a list of flags', { ...sound, flags: [] }],
    ['a hash that is no XXH64', withFlag({ hash: '7' })],
    ['an unknown audience', withFlag({ audience: 'everybody' })],
    ['no outcomes', withFlag({ outcomes: undefined })],
    ['an outcome without a reason', answering({ value: 1 })],
    ['a reason that is not OpenFeature’s', answering({ reason: 'CACHED' })],
    ['an error code with another reason', answering({ reason: 'STATIC', errorCode: 'GENERAL' })],
    ['nested metadata', answering({ reason: 'STATIC', metadata: { a: {} } })],
    ['a view of the wrong type', answering({ reason: 'STATIC', as: { number: '1' } })],
    ['a view of an unknown type', answering({ reason: 'STATIC', as: { integer: 1 } })],
    [
      'a computed outcome with a value',
      answering({ reason: 'STATIC', value: 1, compute: { from: 1, value: 'lower' } }),
    ],
    ['a negative index', deciding(-1)],
    ['a decision that is text', deciding('on')],
    ['a decision of no known shape', deciding({ otherwise: 0 })],
    ['a rule without a condition', deciding({ rules: [{ then: 0 }] })],
    ['an arm without a decision', deciding({ split: ['now'], arms: [[0, 1]] })],
    ['an arm with a text for a bound', deciding({ split: ['now'], arms: [['0', 1, 0]] })],
    ['a case that is an object', deciding({ switch: ['key'], cases: [[{}, 0]] })],
    ['an empty call', deciding({ switch: [], cases: [] })],
    ['a call of no operator', deciding({ switch: [5], cases: [] })],
    ['an object for an expression', deciding({ switch: { eq: 1 }, cases: [] })],
    ['a window of three ends', withFlag({ changes: [[1, 2, 3]] })],
    ['a segment without an expression', { ...sound, segments: { s: { name: 'S' } } }],
    ['a list of lists', { ...sound, lists: { l: { items: [[]] } } }],
    ['a target that is a variant', { ...sound, targets: { u: { f: 'on' } } }],
    [
      'a one-off outcome that is computed',
      { ...sound, targets: { u: { f: { reason: 'STATIC', compute: { from: 1, value: 'lower' } } } } },
    ],
  ])('refuses %s', (_, document) => {
    expect(problemsOf(JSON.parse(JSON.stringify(document)), 'ruleset')).not.toEqual([])
  })

  it.each<[string, unknown]>([
    ['without a revision', sound],
    ['with a flag that has no hash', { ...sound, revision: '0'.repeat(16), hash: '0'.repeat(16) }],
    ['with targets that have no hash', { ...seal(sound), targets: {} }],
  ])('refuses a ruleset on the wire %s', (_, document) => {
    expect(problemsOf(document, 'sealed')).not.toEqual([])
  })

  it.each<[string, object]>([
    ['that says not where to', { to: undefined }],
    ['with a flag that has no hash', { flags: { set: sound.flags } }],
    ['with an object that says what to remove', { lists: { remove: {} } }],
    ['without flags any more', { flags: null }],
  ])('refuses a patch %s', (_, members) => {
    const patch = { ruleset: 1, from: '0'.repeat(16), to: '1'.repeat(16), ...members }
    expect(problemsOf(JSON.parse(JSON.stringify(patch)), 'patch')).not.toEqual([])
  })
})
