/** The event streams that a bulk answer names. */
import { isObject, memberOf, type Json, type JsonObject } from '../json.js'

/** The objects in `eventStreams`; empty where the answer has none. */
export function streamsOf(bulk: Json | undefined): JsonObject[] {
  const streams = memberOf(bulk, 'eventStreams')
  return Array.isArray(streams) ? streams.filter((stream: Json) => isObject(stream)) : []
}

/** Addresses of the streams of type `sse`, as far as they are addresses. @param baseUrl of the server, for its origin */
export function streamUrlsOf(bulk: Json | undefined, baseUrl: URL): URL[] {
  return streamsOf(bulk)
    .filter((stream) => memberOf(stream, 'type') === 'sse')
    .flatMap((stream) => urlOf(stream, baseUrl) ?? [])
}

function urlOf(stream: JsonObject, baseUrl: URL): URL | null {
  const text = addressOf(stream, baseUrl)
  if (typeof text !== 'string' || !URL.canParse(text)) return null
  const url = new URL(text)
  return ['http:', 'https:'].includes(url.protocol) ? url : null
}

function addressOf(stream: JsonObject, baseUrl: URL): Json | undefined {
  const endpoint = memberOf(stream, 'endpoint')
  if (endpoint === undefined) return memberOf(stream, 'url')
  const [origin = baseUrl.origin, requestUri] = [memberOf(endpoint, 'origin'), memberOf(endpoint, 'requestUri')]
  return typeof origin === 'string' && typeof requestUri === 'string' ? origin + requestUri : undefined
}
