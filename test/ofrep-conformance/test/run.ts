/** Runs the suite as a program would, against the model server. */
import { decodeDescription, runSuite, type Description, type RuleResult, type SuiteOptions } from '../src/index.js'
import { modelDescription, modelKey } from './model-server.js'

export function describeModel(url: string): Description {
  const decoded = decodeDescription(modelDescription(url))
  if (!decoded.ok) throw new Error(decoded.problems.join('\n'))
  return decoded.description
}

export function run(url: string, options: Partial<SuiteOptions> = {}): Promise<RuleResult[]> {
  return runSuite({
    baseUrl: new URL(url),
    description: describeModel(url),
    credentials: { key: modelKey, scheme: 'bearer' },
    headers: {},
    timeoutMs: 5_000,
    ...options,
  })
}
