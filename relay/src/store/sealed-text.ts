/** Text that shows whether it is whole, and with a secret also whether it is ours. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A reader refuses any other number as a whole, and leaves the text alone. */
const format = 1

interface Head {
  readonly switchyardSnapshot: number
  readonly check: 'sha256' | 'hmac-sha256'
  readonly digest: string
}

/** Two lines of JSON: what is needed to check the body, then the body. */
export function sealText(body: string, secret: string | undefined): string {
  const check = secret === undefined ? 'sha256' : 'hmac-sha256'
  const head: Head = { switchyardSnapshot: format, check, digest: digestOf(check, body, secret) }
  return `${JSON.stringify(head)}\n${body}\n`
}

/**
 * The body, null where the text is of another format, damaged, or sealed in another way than `secret` wants: with a secret, a mere
 * checksum is not good enough, as anybody can make one.
 */
export function openText(text: string, secret: string | undefined): string | null {
  const end = text.indexOf('\n')
  const head = end === -1 ? null : readHead(text.slice(0, end))
  if (head === null || head.check !== (secret === undefined ? 'sha256' : 'hmac-sha256')) return null
  if (!text.endsWith('\n')) return null
  const body = text.slice(end + 1, -1)
  const [found, wanted] = [Buffer.from(head.digest), Buffer.from(digestOf(head.check, body, secret))]
  return found.length === wanted.length && timingSafeEqual(found, wanted) ? body : null
}

/** Whether a text begins as one that we have sealed, whole or not. */
export function isOurFormat(beginning: string): boolean {
  return readHead(beginning.split('\n', 1)[0] ?? '') !== null
}

function readHead(line: string): Head | null {
  try {
    const head = JSON.parse(line) as Partial<Head> | null
    const isOurs = head?.switchyardSnapshot === format && typeof head.digest === 'string'
    return isOurs && (head.check === 'sha256' || head.check === 'hmac-sha256') ? (head as Head) : null
  } catch {
    return null
  }
}

/** In lower case hex; compared as text, so that there is one spelling. */
function digestOf(check: Head['check'], body: string, secret: string | undefined): string {
  const digest = check === 'sha256' ? createHash('sha256') : createHmac('sha256', secret ?? '')
  return digest.update(`${format}\n${check}\n`).update(body).digest('hex')
}
