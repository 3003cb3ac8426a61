/** Text that shows whether it is whole, and with a secret also whether it is ours. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Opened } from './passed-over.js'

/** A reader refuses any other number as a whole, and leaves the text alone. */
const format = 1

interface Head {
  readonly switchyardSnapshot: number
  readonly check: 'sha256' | 'hmac-sha256'
  readonly digest: string
}

/** Two lines of JSON: what is needed to check the body, then the body. */
export function sealText(body: string, secret: string | undefined): string {
  const check = checkWith(secret)
  const head: Head = { switchyardSnapshot: format, check, digest: digestOf(check, body, secret) }
  return `${JSON.stringify(head)}\n${body}\n`
}

/**
 * The body, or why it is not taken: of another format, damaged, or sealed in another way than `secret` wants. With a secret, a mere
 * checksum is not good enough, as anybody can make one.
 */
function openText(text: string, secret: string | undefined): Opened<string> {
  const end = text.indexOf('\n')
  const head = end === -1 ? null : readHead(text.slice(0, end))
  if (head === null) return { ok: false, reason: 'damaged' }
  if (head === 'format') return { ok: false, reason: 'format' }
  if (secret === undefined && head.check === 'hmac-sha256') return { ok: false, reason: 'signed' }
  if (!text.endsWith('\n')) return { ok: false, reason: 'damaged' }
  const body = text.slice(end + 1, -1)
  const [found, wanted] = [Buffer.from(head.digest), Buffer.from(digestOf(head.check, body, secret))]
  if (found.length !== wanted.length || !timingSafeEqual(found, wanted)) return { ok: false, reason: 'damaged' }
  return head.check === checkWith(secret) ? { ok: true, value: body } : { ok: false, reason: 'unsigned' }
}

/** What was sealed as JSON, or why it is not taken. */
export function openValue(text: string, secret: string | undefined): Opened<unknown> {
  const body = openText(text, secret)
  if (!body.ok) return body
  try {
    return { ok: true, value: JSON.parse(body.value) }
  } catch {
    return { ok: false, reason: 'damaged' }
  }
}

/** Whether a text begins as one that we have sealed, whole or not. */
export function isOurFormat(beginning: string): boolean {
  const head = readHead(beginning.split('\n', 1)[0] ?? '')
  return head !== null && head !== 'format'
}

function checkWith(secret: string | undefined): Head['check'] {
  return secret === undefined ? 'sha256' : 'hmac-sha256'
}

/** `format`: the head of another version; null: none at all. */
function readHead(line: string): Head | 'format' | null {
  try {
    const head = JSON.parse(line) as Partial<Head> | null
    if (typeof head?.switchyardSnapshot !== 'number') return null
    const { switchyardSnapshot, check, digest } = head
    const isKnown = switchyardSnapshot === format && (check === 'sha256' || check === 'hmac-sha256')
    return isKnown && typeof digest === 'string' ? (head as Head) : 'format'
  } catch {
    return null
  }
}

/** In lower case hex; compared as text, so that there is one spelling. */
function digestOf(check: Head['check'], body: string, secret: string | undefined): string {
  const digest = check === 'sha256' ? createHash('sha256') : createHmac('sha256', secret ?? '')
  return digest.update(`${format}\n${check}\n`).update(body).digest('hex')
}
