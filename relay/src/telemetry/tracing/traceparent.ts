/** The header `traceparent`, by which a caller says which trace a request belongs to. */

export interface TraceParent {
  /** 32 hex digits. */
  readonly traceId: string
  /** Of the caller's span, 16 hex digits. */
  readonly spanId: string
  /** Whether the caller records its part. */
  readonly isSampled: boolean
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * @returns null for what is none, or has no valid identifiers: a new trace begins then
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceParent(header: string | readonly string[] | undefined): TraceParent | null {
  if (typeof header !== 'string') return null
  const [, version = '', traceId = '', spanId = '', flags = '', more] = pattern.exec(header) ?? []
  // Later versions may have more parts, the first one has not.
  if (version === '' || version === 'ff' || (version === '00' && more !== undefined)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
