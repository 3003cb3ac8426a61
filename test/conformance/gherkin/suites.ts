/** The suites of features that are run, with what is known not to pass. */
import type { Exception, UpstreamName } from './exceptions.js'
import { providerTckExceptions } from './provider-tck-exceptions.js'
import { readScenarios, type Scenario } from './scenarios.js'
import { specificationExceptions } from './specification-exceptions.js'

export interface FeatureSuite {
  readonly scenarios: readonly Scenario[]
  readonly exceptions: readonly Exception[]
  readonly upstreams: readonly UpstreamName[]
}

/** Of a provider with what is behind it: the draft of the specification's appendix F. */
export const providerTck: FeatureSuite = {
  scenarios: readScenarios('provider-tck', ['metadata', 'evaluation', 'reason', 'errors', 'lifecycle', 'events']),
  exceptions: providerTckExceptions,
  upstreams: ['flagd', 'Flagsmith'],
}

/** Of an SDK, as far as the provider and the relay have a part in it. */
export const specification: FeatureSuite = {
  scenarios: readScenarios('spec', ['evaluation_v2', 'metadata', 'hooks', 'contextMerging', 'evaluation']),
  exceptions: specificationExceptions,
  upstreams: ['flagd'],
}
