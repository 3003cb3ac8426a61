import { startFlagdBackend } from './backends.js'
import { specificationFlagd } from './flag-sets.js'
import { providerNames } from './providers.js'
import { contextMergingSteps } from './steps/context-merging.js'
import { deprecatedEvaluationSteps } from './steps/deprecated-evaluation.js'
import { evaluationSteps } from './steps/evaluation.js'
import { mannersSteps } from './steps/evaluation-manners.js'
import { hookSteps } from './steps/hooks.js'
import { providerSteps } from './steps/providers.js'
import { describeSuite } from './suite.js'
import { specification } from './suites.js'

const steps = [
  ...providerSteps,
  ...evaluationSteps,
  ...mannersSteps,
  ...hookSteps,
  ...contextMergingSteps,
  ...deprecatedEvaluationSteps,
]

for (const provider of providerNames) {
  const startBackend = () => startFlagdBackend(specificationFlagd)
  describeSuite({ ...specification, steps, provider, upstream: 'flagd', startBackend })
}
