/** What of the specification's own features does not pass, and why. */
import type { Exception } from './exceptions.js'
import type { ProviderName } from './providers.js'

const web: readonly ProviderName[] = ['Switchyard web', 'ofrep-web-provider 0.4.3']

/** With all providers, or with all of one SDK. */
const general: readonly Exception[] = [
  {
    scenarios: ['@reason-codes-cached'],
    at: 'the reason',
    why: 'every answer is that of the flags as they are now; only pages say CACHED, of what they kept from the last visit',
  },
  {
    scenarios: ['@immutability'],
    at: 'the evaluation details should be immutable',
    why: 'the JavaScript SDKs freeze the metadata of an answer, and not the answer',
  },
  {
    scenarios: ['metadata: Returns no metadata'],
    at: 'the resolved metadata is empty',
    why: 'every answer names the environment, as `flagSetId`, so that telemetry has it',
  },
  {
    providers: web,
    scenarios: ['@async'],
    at: 'the evaluation should complete without blocking',
    why: 'in the SDK of pages an evaluation is over at once',
  },
  {
    providers: web,
    scenarios: ['contextMerging:'],
    at: 'Some flag was evaluated',
    why: 'in the SDK of pages a context has no levels: that of a domain takes the place of the common one',
  },
]

/** With providers that ask for each answer. */
const asking: readonly Exception[] = [
  {
    providers: ['Switchyard remote', 'ofrep-provider 0.1.3'],
    scenarios: ['evaluation_v2: Provider status accessibility (stale'],
    at: 'a stale provider',
    why: 'it asks the relay for each answer and holds nothing: there is nothing that could become old',
  },
]

/** With the provider that keeps answers. */
const keeping: readonly Exception[] = [
  {
    providers: ['Switchyard remote, keeping'],
    scenarios: ['evaluation_v2: Provider status accessibility (stale'],
    at: 'a stale provider',
    why: 'it keeps answers only while the event stream tells of changes, and asks for each one otherwise',
  },
]

const noStart = 'it does nothing at its start: it is READY whether somebody is there, and takes its key, or not'

/** Of the reference providers. */
const faults: readonly Exception[] = [
  {
    providers: ['ofrep-provider 0.1.3'],
    scenarios: ['not ready', 'error', 'fatal'].map(
      (status) => `evaluation_v2: Provider status accessibility (${status}`,
    ),
    at: 'the provider status',
    why: noStart,
  },
  {
    providers: ['ofrep-provider 0.1.3'],
    scenarios: ['evaluation_v2: Provider not ready error'],
    at: 'the resolved details value',
    why: noStart,
  },
  {
    providers: ['ofrep-provider 0.1.3'],
    scenarios: ['evaluation_v2: Provider in fatal state error'],
    at: 'the error-code',
    why: noStart,
  },
  {
    providers: ['ofrep-provider 0.1.3'],
    scenarios: ['@reason-codes-disabled'],
    at: 'the reason',
    why: 'its core is older than answers without a value, and takes them for malformed',
  },
]

export const specificationExceptions: readonly Exception[] = [...general, ...asking, ...keeping, ...faults]
