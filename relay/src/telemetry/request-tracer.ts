/** What the data plane tells of a request while somebody asked for traces. Without one, nothing of this exists. */
import type { IncomingHttpHeaders } from 'node:http'

export interface RequestTracer {
  /**
   * A request has come in.
   *
   * @param traceparent the header, by which the caller says whether it is traced already
   * @returns null where this request is none of the sample
   */
  begin(traceparent: IncomingHttpHeaders[string]): RequestTrace | null
}

/** One request of the sample. */
export interface RequestTrace {
  /** These outcomes were answered. A 304 tells none. */
  evaluated(set: EvaluatedSet, outcomes: readonly TracedOutcome[]): void
  /** The answer has been handed to the system; of a stream, it is open. */
  end(answered: TracedAnswer): void
}

/** Where outcomes come from. */
export interface EvaluatedSet {
  readonly environment: string
  readonly revision: string
}

/** What is told of an outcome. */
export interface TracedOutcome {
  readonly flagKey: string
  readonly variant: string | undefined
  /** JSON; absent where the application's own default is the answer. */
  readonly value: unknown
  readonly reason: string
  readonly errorCode: string | undefined
  /** Of the answer, as every audience may see it. */
  readonly metadata: Readonly<Record<string, string | number | boolean>>
}

export interface TracedAnswer {
  /** As the route table has it, `other` for an address that is no route. */
  readonly route: string
  readonly method: string
  readonly status: number
}
