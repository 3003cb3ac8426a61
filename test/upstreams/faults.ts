/** What a fake upstream can be told to do wrong. */
import type { ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'

export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** The right answer, later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The right headers, then so many bytes of the body, then the connection is cut. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The right answer, one byte at a time. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** A complete answer whose JSON ends in the middle. */
  | { readonly kind: 'truncated' }
  /** A complete answer with another body. */
  | { readonly kind: 'body'; readonly body: string; readonly contentType?: string }
  | { readonly kind: 'redirect'; readonly to: string }
  /** A small answer that unpacks to so many bytes. */
  | { readonly kind: 'gzipBomb'; readonly bytes: number }
  /** "Not modified", whatever was asked. */
  | { readonly kind: 'unaskedNotModified' }

/** Answers wrongly. The right answer is given as headers and body. */
export function answerWith(
  fault: Fault,
  response: ServerResponse,
  right: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): void {
  const { headers, body } = right
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? '')
      return
    case 'delay':
      later(response, fault.ms, () => response.writeHead(200, headers).end(body))
      return
    case 'cut':
      response.writeHead(200, { ...headers, 'content-length': String(Buffer.byteLength(body)) })
      response.write(body.slice(0, fault.afterBytes), () => response.destroy())
      return
    case 'drip':
      response.writeHead(200, { ...headers, 'content-length': String(Buffer.byteLength(body)) })
      drip(response, body, fault.everyMs)
      return
    case 'truncated':
      response.writeHead(200, headers).end(body.slice(0, Math.floor(body.length / 2)))
      return
    case 'body':
      response.writeHead(200, { ...headers, 'content-type': fault.contentType ?? 'application/json' }).end(fault.body)
      return
    case 'redirect':
      response.writeHead(302, { location: fault.to }).end()
      return
    case 'gzipBomb':
      response.writeHead(200, { ...headers, 'content-encoding': 'gzip' })
      bomb(response, fault.bytes)
      return
    case 'unaskedNotModified':
      response.writeHead(304).end()
  }
}

function later(response: ServerResponse, ms: number, then: () => void): void {
  const timer = setTimeout(then, ms)
  response.on('close', () => clearTimeout(timer))
}

function drip(response: ServerResponse, body: string, everyMs: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (at >= body.length) return void response.end()
    response.write(body.charAt(at))
    at += 1
  }, everyMs)
  response.on('close', () => clearInterval(timer))
}

function bomb(response: ServerResponse, bytes: number): void {
  const gzip = createGzip()
  gzip.pipe(response)
  response.on('close', () => gzip.destroy())
  const block = Buffer.alloc(64 * 1024, ' ')
  let left = bytes
  const write = (): void => {
    while (left > 0) {
      left -= block.length
      if (!gzip.write(block)) return void gzip.once('drain', write)
    }
    gzip.end()
  }
  write()
}
