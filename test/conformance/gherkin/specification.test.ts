import { startFlagdBackend } from './backends.js'
import { specificationFlagd } from './flag-sets.js'
import { providerNames } from './providers.js'
import { readScenarios } from './scenarios.js'
import { specificationExceptions as exceptions } from './specification-exceptions.js'
import { contextMergingSteps } from './steps/context-merging.js'
import { deprecatedEvaluationSteps } from './steps/deprecated-evaluation.js'
import { evaluationSteps } from './steps/evaluation.js'
import { mannersSteps } from './steps/evaluation-manners.js'
import { hookSteps } from './steps/hooks.js'
import { providerSteps } from './steps/providers.js'
import { describeSuite } from './suite.js'

const current = readScenarios('spec', ['evaluation_v2', 'metadata', 'hooks', 'contextMerging'])
const deprecated = readScenarios('spec', ['evaluation'])

const steps = [
  ...providerSteps,
  ...evaluationSteps,
  ...mannersSteps,
  ...hookSteps,
  ...contextMergingSteps,
  ...deprecatedEvaluationSteps,
]

for (const provider of providerNames) {
  const scenarios = [...current, ...deprecated]
  const startBackend = () => startFlagdBackend(specificationFlagd)
  describeSuite({ scenarios, steps, exceptions, provider, upstream: 'flagd', startBackend })
}
