/**
 * Spans and log records as OTLP has them in JSON.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */

export interface Attribute {
  readonly key: string
  readonly value: AttributeValue
}

type AttributeValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  /** 64 bits, so text. */
  | { readonly intValue: string }
  | { readonly doubleValue: number }

export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  /** Absent: the first of its trace. */
  readonly parentSpanId?: string
  readonly name: string
  /** 2 = server, 3 = client. */
  readonly kind: 2 | 3
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  /** 0 = nothing is said, 2 = error. */
  readonly status: { readonly code: 0 | 2 }
}

export interface OtlpLogRecord {
  readonly timeUnixNano: string
  readonly observedTimeUnixNano: string
  /** 9 = info. */
  readonly severityNumber: 9
  readonly eventName: string
  readonly attributes: readonly Attribute[]
  readonly traceId: string
  readonly spanId: string
  /** 1 = the trace is part of the sample. */
  readonly flags: 1
}

/** Attributes from a record; what is undefined is left out, and what is neither text, number nor boolean becomes JSON. */
export function attributesOf(record: Readonly<Record<string, unknown>>): Attribute[] {
  return Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: valueOf(value) }))
}

function valueOf(value: unknown): AttributeValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value !== 'number') return { stringValue: JSON.stringify(value) }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** The time now, as nanoseconds since 1970 in text; steps of a microsecond. */
export function unixNanoNow(): string {
  return `${Math.round((performance.timeOrigin + performance.now()) * 1_000)}000`
}
