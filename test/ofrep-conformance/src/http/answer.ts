/** Requests and answers as values. Nothing here needs Node's types, so that programs without them can read ours. */
import type { Json } from '../json.js'

/** Names in lower case; what may come several times and did is joined by commas. */
export type Headers = Readonly<Record<string, string | undefined>>

export interface Request {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  /** Method and path, for messages; without the query, which may hold a secret. */
  readonly asked: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  readonly json: Json | undefined
}

/** There is no answer: nobody listens, the connection broke, or time was up. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}
