/** Spans from their start to the exporter. */
import { randomBytes } from 'node:crypto'
import type { OtlpExporter } from './otlp-exporter.js'
import { attributesOf, unixNanoNow, type OtlpSpan } from './otlp-records.js'
import type { TraceParent } from './traceparent.js'

export type StartedSpan = Pick<OtlpSpan, 'traceId' | 'spanId' | 'parentSpanId' | 'name' | 'kind' | 'startTimeUnixNano'>

export interface SpanEnd {
  /** In place of the name from the start. */
  readonly name?: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly isError: boolean
}

export interface SpanKeeper {
  /** @param parent null where a new trace begins */
  start(name: string, kind: OtlpSpan['kind'], parent: TraceParent | null): StartedSpan
  end(span: StartedSpan, how: SpanEnd): void
}

export function createSpanKeeper(exporter: Pick<OtlpExporter, 'span'>): SpanKeeper {
  return {
    start: (name, kind, parent) => ({
      traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      ...(parent === null ? {} : { parentSpanId: parent.spanId }),
      name,
      kind,
      startTimeUnixNano: unixNanoNow(),
    }),
    end: (span, { name = span.name, attributes, isError }) =>
      exporter.span({
        ...span,
        name,
        endTimeUnixNano: unixNanoNow(),
        attributes: attributesOf(attributes),
        status: { code: isError ? 2 : 0 },
      }),
  }
}
