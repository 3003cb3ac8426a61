import { describe, expect, it } from 'vitest'
import { parseTraceParent } from '../../../src/telemetry/tracing/traceparent.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

describe('a traceparent', () => {
  it.each([
    ['sampled', `00-${traceId}-${spanId}-01`, true],
    ['not sampled', `00-${traceId}-${spanId}-00`, false],
    ['sampled, with flags that are not known yet', `00-${traceId}-${spanId}-ff`, true],
    ['of a later version, with more parts', `01-${traceId}-${spanId}-01-more`, true],
  ])('is read: %s', (_, header, isSampled) => {
    expect(parseTraceParent(header)).toEqual({ traceId, spanId, isSampled })
  })

  it.each([
    ['absent', undefined],
    ['twice', [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`]],
    ['empty', ''],
    ['in capital letters', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['of the forbidden version', `ff-${traceId}-${spanId}-01`],
    ['of version 00 with more parts', `00-${traceId}-${spanId}-01-more`],
    ['without a trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['without a span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['cut', `00-${traceId}-${spanId}`],
  ])('is none: %s', (_, header) => {
    expect(parseTraceParent(header)).toBeNull()
  })
})
