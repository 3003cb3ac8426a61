/** One request on the data plane, on its way to its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Access, EnvironmentDirectory, EnvironmentState } from '../environments/environment.js'
import type { Logger } from '../telemetry/logger.js'
import type { RefusalCounts } from '../telemetry/refusal-counts.js'
import type { RequestTrace, RequestTracer } from '../telemetry/request-tracer.js'
import type { UsageIntake } from '../usage/usage-lane.js'
import type { AddressFilter } from '../transport/address-filter.js'
import type { AddressOptions } from '../transport/address-options.js'
import type { TlsOptions } from '../transport/tls-options.js'
import type { Coding } from './etag.js'
import type { Overload, OverloadSettings } from './overload/overload.js'
import type { RecentContexts } from './recent-contexts.js'
import type { ResponseCache } from './response-cache.js'
import type { Streams } from './streams/streams.js'

/** What all requests share. */
export interface Plane {
  readonly directory: EnvironmentDirectory
  /** Version of the engine that evaluates: part of every ETag, because another version may answer otherwise. */
  readonly engineVersion: string
  /** Epoch milliseconds. */
  readonly now: () => number
  /** `0 <= random() < 1` */
  readonly random: () => number
  readonly logger: Pick<Logger, 'error' | 'warn'>
  readonly observe: ObserveRequest
  /** null while nobody asked for traces. */
  readonly tracer: RequestTracer | null
  readonly limits: Limits
  readonly streams: Streams
  /** Bulk answers that were given already. */
  readonly cache: ResponseCache
  readonly contexts: RecentContexts
  /** Whether something may be evaluated now. */
  readonly overload: Overload
  readonly refusals: RefusalCounts
  /** Takes what in-process providers counted. */
  readonly usage: UsageIntake
  /** Who may ask, by address; null: everybody. */
  addresses: AddressFilter | null
  /** Whether the server stops: answers then close their connections. */
  isClosing: boolean
}

export interface Limits extends Partial<AddressOptions> {
  readonly maxBodyBytes: number
  /** Of the headers of a request together, with its address. */
  readonly maxHeaderBytes: number
  /** Open at once; 0: any number. */
  readonly maxConnections: number
  /** How long a request may take to arrive, headers and body. */
  readonly requestTimeoutMs: number
  readonly headersTimeoutMs: number
  /** How long a request that names a later revision waits for it; 0: not at all. */
  readonly freshnessWaitMs: number
  /** How long an idle connection stays open: longer than the load balancer in front waits. */
  readonly keepAliveTimeoutMs: number
  readonly overload: OverloadSettings
  /** Absent: connections are not encrypted here. */
  readonly tls?: TlsOptions
}

/**
 * Counts one answered request.
 *
 * @param routeTemplate as the route table has it, `other` for an address that is no route
 */
export type ObserveRequest = (routeTemplate: string, method: string, status: number, durationSeconds: number) => void

export interface Exchange {
  readonly plane: Plane
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** From the monotonic clock, in milliseconds. */
  readonly startedAtMs: number
  /** null unless this request is traced. */
  readonly trace: RequestTrace | null
  /** Template of the route that was found, `other` before and without. */
  route: string
  /** Flag key in the address, undefined where the route has none. */
  flagKey: string | undefined
  /** Who asks, null before the key is known. */
  access: Access | null
  /** State of the environment that is asked, null before that is known; `behind` where the client knows of something later. */
  state: EnvironmentState | 'behind' | null
  /** Whether the client holds its body back until it is told to go on; the server closes the connection if it never is. */
  readonly isHoldingBody: boolean
}

/** What a handler gives back. */
export interface Answer {
  readonly status: number
  /** JSON text in ASCII, so that a character is a byte; null for no body. */
  readonly body: string | null
  /** Sent in place of `body`. */
  readonly encoded?: EncodedBody
  /** Identifies the body and what else it depends on, in whichever encoding; becomes the ETag. */
  readonly validator?: string
  /** `application/json` when absent. */
  readonly contentType?: string | undefined
  /** Further headers: names and values in turn. */
  readonly headers?: readonly string[]
}

/** JSON in the bytes that go over the wire. */
export interface EncodedBody {
  readonly body: string | Buffer | null
  readonly coding: Coding
}

/** Begins the exchange of a request that has just come in. */
export function beginExchange(
  plane: Plane,
  request: IncomingMessage,
  response: ServerResponse,
  isHoldingBody: boolean,
): Exchange {
  return {
    plane,
    request,
    response,
    startedAtMs: performance.now(),
    trace: plane.tracer === null ? null : plane.tracer.begin(request.headers['traceparent']),
    route: 'other',
    flagKey: undefined,
    access: null,
    state: null,
    isHoldingBody,
  }
}
