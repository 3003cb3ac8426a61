/** One request and its answer by bare `node:http`: nothing is added, followed, decompressed or repeated behind the rules' back. */
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestSecure } from 'node:https'
import { parseJson } from '../json.js'
import { NoAnswerError, type Answer, type Headers, type Request } from './answer.js'

/** Longer bodies are a fault of their own. */
const maxBodyBytes = 16 * 1024 * 1024

/** @throws NoAnswerError when the whole answer is not there in time */
export async function exchange(asked: Request, timeoutMs: number): Promise<Answer> {
  const title = titleOf(asked)
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const response = await open(asked, deadline)
    const text = await readText(response)
    return { asked: title, status: response.statusCode ?? 0, headers: headersOf(response), text, json: parseJson(text) }
  } catch (error) {
    const reason = deadline.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error)
    throw new NoAnswerError(`${title}: ${reason}`, { cause: error })
  }
}

export function titleOf({ method, url }: Request): string {
  return `${method} ${url.pathname}`
}

/** Sends a request on a connection of its own; resolves with the head of the answer. */
export function open({ method, url, headers, body }: Request, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const options: RequestOptions = { method, headers: { ...headers, ...length }, agent: false, signal }
    const send = url.protocol === 'https:' ? requestSecure : requestPlain
    const request = send(url, options, resolve)
    request.on('error', reject)
    request.end(body)
  })
}

/** Cookies are the one header that Node does not join, and no rule is about them. */
export function headersOf({ headers }: IncomingMessage): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()]))
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBodyBytes) throw new Error(`the body is longer than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A refused connection on two addresses of one name is an error without a message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}
