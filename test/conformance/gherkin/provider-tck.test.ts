import { startFlagdBackend, startFlagsmithBackend } from './backends.js'
import { canonicalFlagd, canonicalFlagsmith } from './flag-sets.js'
import { providerNames } from './providers.js'
import { evaluationSteps } from './steps/evaluation.js'
import { providerSteps } from './steps/providers.js'
import { describeSuite } from './suite.js'
import { providerTck } from './suites.js'

const starts = {
  flagd: () => startFlagdBackend(canonicalFlagd),
  Flagsmith: () => startFlagsmithBackend(canonicalFlagsmith),
}

for (const upstream of providerTck.upstreams) {
  for (const provider of providerNames) {
    const steps = [...providerSteps, ...evaluationSteps]
    describeSuite({ ...providerTck, steps, provider, upstream, startBackend: starts[upstream] })
  }
}
