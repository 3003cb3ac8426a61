/** How the management plane answers, with and without its framework. */
import type { ServerResponse } from 'node:http'

/** On every answer: nothing here may be cached, framed, or read by another origin. */
const headers: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
}

/**
 * Answers with a text. Node leaves the body out where HEAD was asked.
 *
 * @param policy for a page that is more than data: what it may load
 */
export function sendText(response: ServerResponse, contentType: string, text: string, policy?: string): void {
  response.setHeaders(new Map(Object.entries(headers)))
  if (policy !== undefined) response.setHeader('content-security-policy', policy)
  response.setHeader('content-type', contentType)
  response.setHeader('content-length', Buffer.byteLength(text))
  response.end(text)
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status
  sendText(response, 'application/json; charset=utf-8', JSON.stringify(body))
}

/** Answers that something went wrong: `{"error": {"code", "message"}}`. */
export function sendError(response: ServerResponse, status: number, error: ManagementError): void {
  sendJson(response, status, { error })
}

export interface ManagementError {
  /** Upper snake case. */
  readonly code: string
  readonly message: string
}

/** Answers methods other than those that a path has, GET and HEAD unless told otherwise; returns whether it did. */
export function refuseMethod(
  path: string,
  method: string | undefined,
  response: ServerResponse,
  allowed: readonly string[] = ['GET', 'HEAD'],
): boolean {
  if (method !== undefined && allowed.includes(method)) return false
  response.setHeader('allow', allowed.join(', '))
  const message = `${path} answers ${allowed.join(' and ')}, not ${method}`
  sendError(response, 405, { code: 'METHOD_NOT_ALLOWED', message })
  return true
}
