/** The bodies of the data plane. */
import { listOf, object, oneOf, ref, text, type Schema } from './document.js'

const reasons = text('STATIC, DEFAULT, TARGETING_MATCH, SPLIT, DISABLED, ERROR, or a word of the vendor')
const errorCode = text('An error code of OpenFeature; GENERAL where none fits')
const details = text('What is wrong and what to do, for people')

export const dataPlaneSchemas: Readonly<Record<string, Schema>> = {
  Metadata: {
    type: 'object',
    description: 'Flat. For client keys it names neither rules nor segments.',
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  },
  EvaluationContext: {
    type: 'object',
    description: 'Attributes of who is asked about, of any JSON type.',
    properties: { targetingKey: text('Whatever the vendor calls its user') },
    additionalProperties: true,
  },
  EvaluationRequest: object(
    {},
    { context: { anyOf: [ref('EvaluationContext'), { type: 'null', description: 'As an empty one.' }] } },
  ),
  Evaluation: object(
    { key: text(), reason: reasons },
    {
      value: { description: "Any JSON. Missing: the default in the application's code." },
      variant: text(),
      metadata: ref('Metadata'),
    },
  ),
  EvaluationFailure: object({ key: text(), errorCode }, { errorDetails: details, metadata: ref('Metadata') }),
  BulkEvaluation: object(
    {
      flags: listOf({ anyOf: [ref('EvaluationFailure'), ref('Evaluation')] }, 'Sorted by flag key.'),
      metadata: ref('Metadata'),
    },
    { eventStreams: listOf(ref('EventStream')) },
  ),
  EventStream: object({
    type: oneOf('sse'),
    endpoint: object({ requestUri: text('Path with a token, relative to the origin asked') }),
  }),
  Refusal: object({ errorCode, errorDetails: details }, { key: text('On the single endpoint') }),
  Ruleset: object(
    {
      ruleset: { const: 1 },
      dialects: listOf(text()),
      revision: text(),
      hash: text(),
      flags: { type: 'object', additionalProperties: { type: 'object' } },
    },
    {
      metadata: ref('Metadata'),
      targetsHash: text(),
      segments: { type: 'object', additionalProperties: { type: 'object' } },
      lists: { type: 'object', additionalProperties: { type: 'object' } },
      targets: { type: 'object', additionalProperties: { type: 'object' } },
    },
  ),
  UsageBatch: object({
    batch: { type: 'string', pattern: String.raw`^[\w.:-]{1,64}$`, description: "The sender's name for these counts." },
    evaluations: listOf(
      object(
        { flag: text(), reason: text(), count: { type: 'integer', minimum: 0, maximum: 2_147_483_647 } },
        { variant: text('Left out where an answer had none') },
      ),
    ),
  }),
}
