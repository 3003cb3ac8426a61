/** The flags that the features speak of, as documents of vendors. */
import { flagsmithDocument, type FlagsmithFeature } from '../../e2e/flagsmith-document.js'
import { textOf } from '../../repository/files.js'

/** What `changing-flag` is. */
export type Changing = 'foo' | 'bar'

interface FlagdFlag {
  readonly state?: 'ENABLED' | 'DISABLED'
  readonly variants: Readonly<Record<string, unknown>>
  readonly defaultVariant: string | null
  readonly targeting?: object
  readonly metadata?: object
}

/** A flag of the specification's own set, for an SDK's in-memory provider. */
interface SpecificationFlag {
  readonly disabled?: boolean
  readonly variants: FlagdFlag['variants']
  readonly defaultVariant?: string | null
  readonly flagMetadata?: object | null
  /** A rule in CEL. */
  readonly contextEvaluator?: string
}

const fixture = (path: string): unknown => JSON.parse(textOf(`test/fixtures/openfeature/${path}`))

/** The canonical flags of the Provider TCK are a flagd document already. */
export function canonicalFlagd(changing: Changing): object {
  const { flags } = fixture('provider-tck/canonical-flags.json') as { readonly flags: Record<string, FlagdFlag> }
  return { flags: { ...flags, 'changing-flag': { ...flags['changing-flag'], defaultVariant: changing } } }
}

const targeted = '5c3d8535-f81a-4478-a6d3-afaa4d51199e'

/**
 * The same in Flagsmith's terms: a boolean is a feature's state, what is neither text nor an integer of 32 bits is stored as
 * text, and an individual user has an identity override.
 */
export function canonicalFlagsmith(changing: Changing): object {
  const features: FlagsmithFeature[] = [
    { name: 'boolean-flag' },
    { name: 'string-flag', value: 'hi' },
    { name: 'integer-flag', value: 10 },
    { name: 'float-flag', value: '0.5' },
    { name: 'large-integer-flag', value: 2_147_483_647 },
    { name: 'huge-integer-flag', value: '9007199254740991' },
    { name: 'integral-float-flag', value: '10.0' },
    { name: 'boolean-zero-flag', enabled: false },
    { name: 'integer-zero-flag', value: 0 },
    { name: 'string-zero-flag', value: '' },
    { name: 'object-flag', value: '{"showImages": true, "title": "Check out these pics!", "imagesPerPage": 100}' },
    { name: 'wrong-flag', value: 'uno' },
    { name: 'disabled-boolean-flag', enabled: false },
    { name: 'disabled-string-flag', value: 'hi', enabled: false },
    { name: 'disabled-integer-flag', value: 10, enabled: false },
    { name: 'disabled-float-flag', value: '0.5', enabled: false },
    { name: 'changing-flag', value: changing },
    { name: 'targeting-key-flag', value: 'miss' },
  ]
  const document = flagsmithDocument(features) as { readonly feature_states: readonly object[] }
  const hit = { ...document.feature_states.at(-1), feature_state_value: 'hit' }
  return { ...document, identity_overrides: [{ identifier: targeted, identity_features: [hit] }] }
}

const ballmer = { '==': [{ var: 'email' }, 'ballmer@macrosoft.com'] }

/** The rules of the specification's flags, which are CEL, as JSONLogic. */
const rules: Readonly<Record<string, object>> = {
  "email == 'ballmer@macrosoft.com' ? 'zero' : ''": { if: [ballmer, 'zero', null] },
  "!customer && email == 'ballmer@macrosoft.com' && age > 10 ? 'internal' : ''": {
    if: [{ and: [{ '!': [{ var: 'customer' }] }, ballmer, { '>': [{ var: 'age' }, 10] }] }, 'internal', null],
  },
}

/** The flags of the specification's features, and those that make a merged context visible. */
export function specificationFlagd(): object {
  const flags = fixture('spec/test-flags.json') as Record<string, SpecificationFlag>
  const translated = Object.entries(flags).map(([key, flag]) => [key, flagdFlag(flag)])
  const probes = contextKeys.map((key) => [contextProbe(key), probeOf(key)])
  return { flags: { ...Object.fromEntries([...translated, ...probes]), 'context-aware': contextAware } }
}

function flagdFlag(flag: SpecificationFlag): FlagdFlag {
  const { disabled = false, variants, defaultVariant = null, flagMetadata, contextEvaluator } = flag
  return {
    state: disabled ? 'DISABLED' : 'ENABLED',
    variants,
    defaultVariant,
    ...(contextEvaluator === undefined ? {} : { targeting: ruleOf(contextEvaluator) }),
    ...(flagMetadata == null ? {} : { metadata: flagMetadata }),
  }
}

function ruleOf(cel: string): object {
  const rule = rules[cel]
  if (rule === undefined) throw new Error(`no JSONLogic is written down for ${cel}`)
  return rule
}

/** Of the deprecated feature; the specification's set no longer has it. */
const contextAware: FlagdFlag = {
  state: 'ENABLED',
  variants: { internal: 'INTERNAL', external: 'EXTERNAL' },
  defaultVariant: 'external',
  targeting: {
    if: [
      {
        and: [
          { '==': [{ var: 'fn' }, 'Sulisław'] },
          { '==': [{ var: 'ln' }, 'Świętopełk'] },
          { '==': [{ var: 'age' }, 29] },
          { '==': [{ var: 'customer' }, false] },
        ],
      },
      'internal',
      null,
    ],
  },
}

/** The levels of a context, from the weakest to the strongest. */
export const contextLevels = ['API', 'Transaction', 'Client', 'Invocation', 'Before Hooks'] as const

export type ContextLevel = (typeof contextLevels)[number]

/** The attributes that the feature of context merging uses. */
const contextKeys = ['key', ...contextLevels] as const

/** Key of the flag whose value is that attribute of the context, as the relay or the engine has received it. */
export function contextProbe(attribute: string): string {
  return `context ${attribute}`
}

function probeOf(attribute: string): FlagdFlag {
  const values = ['none', 'value', ...contextLevels, ...contextLevels.map((level) => `${level} value`)]
  return {
    state: 'ENABLED',
    variants: Object.fromEntries(values.map((value) => [value, value])),
    defaultVariant: 'none',
    targeting: { var: attribute },
  }
}
