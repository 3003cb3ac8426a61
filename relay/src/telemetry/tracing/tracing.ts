/** OpenTelemetry: traces of requests and of looks at upstreams, and an event for each answered flag (ADR 0018). Loaded only when asked for. */
import type { Logger } from '../logger.js'
import type { EvaluatedSet, RequestTrace, RequestTracer, TracedOutcome } from '../request-tracer.js'
import { evaluationAttributes, evaluationEventName } from './evaluation-event.js'
import { createOtlpExporter, type OtlpExporter } from './otlp-exporter.js'
import { unixNanoNow, type OtlpLogRecord } from './otlp-records.js'
import { createSpanKeeper, type SpanKeeper, type StartedSpan } from './spans.js'
import { parseTraceParent, type TraceParent } from './traceparent.js'
import { listenForUpstreamSpans } from './upstream-spans.js'

export interface TracingOptions {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  /** Of so many requests that belong to no trace yet, one begins a trace. */
  readonly sampleOneIn: number
  readonly evaluationEvents: boolean
  readonly version: string
  /** `0 <= random() < 1` */
  readonly random: () => number
  readonly logger: Logger
}

export interface Tracing {
  /** For the data plane. */
  readonly requests: RequestTracer
  /** Runs an environment's source, so that its requests are traced. */
  inEnvironment<Result>(environment: string, run: () => Result): Result
  /** Sends what waits, for at most two seconds. */
  close(): Promise<void>
}

/** Begins to trace. */
export function createTracing(options: TracingOptions): Tracing {
  const exporter = createOtlpExporter(options)
  const spans = createSpanKeeper(exporter)
  const upstream = listenForUpstreamSpans(spans)
  const { sampleOneIn, random, evaluationEvents } = options
  return {
    requests: {
      begin: (header) => {
        const parent = parseTraceParent(header)
        // Who began the trace has decided.
        const isSampled = parent?.isSampled ?? random() * sampleOneIn < 1
        return isSampled ? beginRequest(spans, evaluationEvents ? exporter : null, parent) : null
      },
    },
    inEnvironment: (environment, run) => upstream.run(environment, run),
    close: () => {
      upstream.close()
      return exporter.close()
    },
  }
}

function beginRequest(
  spans: SpanKeeper,
  events: Pick<OtlpExporter, 'log'> | null,
  parent: TraceParent | null,
): RequestTrace {
  const span = spans.start('', 2, parent)
  let environment: string | undefined
  return {
    evaluated: (set, outcomes) => {
      ;({ environment } = set)
      if (events === null) return
      for (const record of eventsOf(span, set, outcomes)) events.log(record)
    },
    end: ({ route, method, status }) => {
      const isError = status >= 500
      spans.end(span, {
        name: route === 'other' ? method : `${method} ${route}`,
        attributes: {
          'http.request.method': method,
          'http.route': route === 'other' ? undefined : route,
          'http.response.status_code': status,
          'url.scheme': 'http',
          'switchyard.environment': environment,
          'error.type': isError ? String(status) : undefined,
        },
        isError,
      })
    },
  }
}

function eventsOf(
  { traceId, spanId }: StartedSpan,
  set: EvaluatedSet,
  outcomes: readonly TracedOutcome[],
): OtlpLogRecord[] {
  const time = unixNanoNow()
  return outcomes.map((outcome) => ({
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: 9,
    eventName: evaluationEventName,
    attributes: evaluationAttributes(set, outcome),
    traceId,
    spanId,
    flags: 1,
  }))
}
