/** The event that tells of one answered flag, by OpenTelemetry's conventions. */
import type { EvaluatedSet, TracedOutcome } from '../request-tracer.js'
import { attributesOf, type Attribute } from './otlp-records.js'

export const evaluationEventName = 'feature_flag.evaluation'

/**
 * Attributes of the event. The context is not told: whose flag it was is nobody's business here. A value is told only where there is no
 * variant to name it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/feature-flags/feature-flags-events/
 */
export function evaluationAttributes({ environment, revision }: EvaluatedSet, outcome: TracedOutcome): Attribute[] {
  const { flagKey, variant, value, reason, errorCode, metadata } = outcome
  return attributesOf({
    'feature_flag.key': flagKey,
    'feature_flag.provider.name': 'switchyard',
    'feature_flag.result.variant': variant,
    'feature_flag.result.value': variant === undefined ? value : undefined,
    'feature_flag.result.reason': reason.toLowerCase(),
    'feature_flag.set.id': metadata['flagSetId'] ?? environment,
    'feature_flag.version': metadata['version'] ?? revision,
    'error.type': errorCode?.toLowerCase(),
  })
}
