import { startFlagdBackend, startFlagsmithBackend } from './backends.js'
import { providerTckExceptions as exceptions } from './provider-tck-exceptions.js'
import { canonicalFlagd, canonicalFlagsmith } from './flag-sets.js'
import { providerNames } from './providers.js'
import { readScenarios } from './scenarios.js'
import { evaluationSteps } from './steps/evaluation.js'
import { providerSteps } from './steps/providers.js'
import { describeSuite } from './suite.js'

const scenarios = readScenarios('provider-tck', ['metadata', 'evaluation', 'reason', 'errors', 'lifecycle', 'events'])

const upstreams = [
  { upstream: 'flagd', startBackend: () => startFlagdBackend(canonicalFlagd) },
  { upstream: 'Flagsmith', startBackend: () => startFlagsmithBackend(canonicalFlagsmith) },
] as const

for (const { upstream, startBackend } of upstreams) {
  for (const provider of providerNames) {
    const steps = [...providerSteps, ...evaluationSteps]
    describeSuite({ scenarios, steps, exceptions, provider, upstream, startBackend })
  }
}
