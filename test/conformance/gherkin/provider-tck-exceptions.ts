/** What of the Provider TCK does not pass, and why. */
import type { Exception } from './exceptions.js'
import type { ProviderName } from './providers.js'

const ours: readonly ProviderName[] = [
  'Switchyard in-process',
  'Switchyard remote',
  'Switchyard remote, keeping',
  'Switchyard web',
]
const reference: readonly ProviderName[] = ['ofrep-provider 0.1.3', 'ofrep-web-provider 0.4.3']

const oneNumber = {
  scenarios: ['errors: A float flag is not silently narrowed to an integer'],
  at: 'the resolved details value',
  why: 'JavaScript has one type of number: its SDK cannot ask for an integer',
} as const

/** In JavaScript. */
const language: readonly Exception[] = [
  { upstreams: ['flagd'], ...oneNumber },
  { upstreams: ['Flagsmith'], providers: ours, ...oneNumber },
]

/** With providers that ask for each answer. */
const asking: readonly Exception[] = [
  {
    providers: ['Switchyard remote', 'ofrep-provider 0.1.3'],
    scenarios: ['@configuration-change'],
    at: 'the change event handler',
    why: 'it asks the relay for each answer and holds nothing: there is no change to tell of',
  },
  {
    providers: ['Switchyard remote', 'ofrep-provider 0.1.3'],
    scenarios: ['@stale'],
    at: 'the stale event handler',
    why: 'it asks the relay for each answer and holds nothing: there is nothing that could become old',
  },
]

const beforeAnswersWithoutValue = 'its core is older than answers without a value, and takes them for malformed'

const withoutStream = 'it keeps answers only while the event stream tells of changes, and asks for each one otherwise'

/** With the provider that keeps answers. */
const keeping: readonly Exception[] = [
  {
    providers: ['Switchyard remote, keeping'],
    scenarios: ['@configuration-change'],
    at: 'the flag should be part of the event payload',
    why: "OFREP's events say that something has changed, and not what",
  },
  {
    providers: ['Switchyard remote, keeping'],
    scenarios: ['@stale'],
    at: 'the stale event handler',
    why: withoutStream,
  },
]

/** Of the reference providers. */
const faults: readonly Exception[] = [
  {
    providers: ['ofrep-provider 0.1.3'],
    scenarios: ['@unavailable'],
    at: 'the error event handler',
    why: 'it does nothing at its start: it is READY although nobody is there',
  },
  {
    providers: ['ofrep-provider 0.1.3'],
    upstreams: ['flagd'],
    scenarios: ['evaluation: A disabled flag'],
    at: 'the error-code',
    why: beforeAnswersWithoutValue,
  },
  {
    providers: ['ofrep-provider 0.1.3'],
    upstreams: ['flagd'],
    scenarios: ['reason: A disabled flag'],
    at: 'the reason',
    why: beforeAnswersWithoutValue,
  },
  {
    providers: ['ofrep-provider 0.1.3'],
    upstreams: ['Flagsmith'],
    scenarios: ['string', 'integer', 'float'].map(
      (type) => `evaluation: A disabled flag resolves to the code default (disabled-${type}-flag`,
    ),
    at: 'the error-code',
    why: beforeAnswersWithoutValue,
  },
  {
    providers: ['ofrep-web-provider 0.4.3'],
    scenarios: ['@stale'],
    at: 'the ready event handler',
    why: 'it says STALE when its event stream is interrupted, and never READY after that',
  },
]

const parsedByReaders =
  'Flagsmith stores it as text; what the text spells travels as metadata, which only our providers read (ADR 6)'

/** By how Flagsmith stores flags. */
const flagsmith: readonly Exception[] = [
  {
    scenarios: [
      'string-flag',
      'integer-flag',
      'float-flag',
      'boolean-zero-flag',
      'integer-zero-flag',
      'string-zero-flag',
      'large-integer-flag',
    ].map((key) => `evaluation: The resolved details name the variant (${key}`),
    at: 'the variant',
    why: 'Flagsmith names no variants but those of multivariate features: the others are `on` and `off`',
  },
  {
    scenarios: ['@fully-typed-values'],
    at: 'the resolved details value',
    why: 'Flagsmith has no fractions and structures: they are text there, and as text they can be read',
  },
  {
    providers: ours,
    scenarios: [
      ...['string-flag', 'wrong-flag', 'integer-flag', 'float-flag'].map(
        (key) => `errors: Requesting the wrong type returns the code default (${key}, Boolean`,
      ),
      'errors: Requesting a structured flag as a scalar returns the code default (Boolean',
    ],
    at: 'the resolved details value',
    why: 'a Flagsmith feature has a state beside its value, and a boolean question is answered by the state (ADR 6)',
  },
  {
    providers: reference,
    scenarios: [
      'evaluation: Resolve values (float-flag',
      'evaluation: A float flag resolves as a float',
      'evaluation: An integer beyond 32 bits',
      'errors: An integral float requested as an integer',
    ],
    at: 'the resolved details value',
    why: parsedByReaders,
  },
  {
    providers: reference,
    scenarios: ['reason: A flag with no targeting rules resolves statically (float-flag'],
    at: 'the reason',
    why: parsedByReaders,
  },
  {
    providers: reference,
    scenarios: ['evaluation: Resolve a structured value'],
    at: 'the error-code',
    why: parsedByReaders,
  },
].map((exception: Exception) => ({ ...exception, upstreams: ['Flagsmith'] }))

export const providerTckExceptions: readonly Exception[] = [...language, ...asking, ...keeping, ...faults, ...flagsmith]
