/** What is large as bytes: the sealed text that files have, compressed. */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { isSealedRuleset } from '@switchyard/engine'
import type { Opened } from '../passed-over.js'
import { openValue, sealText } from '../sealed-text.js'
import type { SnapshotLine, StoredSnapshot } from '../snapshot-store.js'
import { asSnapshot } from '../stored-values.js'

/** As for a file: a body that unpacks to more is none of ours. */
const maxBytes = 256 * 2 ** 20

const [compress, decompress] = [promisify(gzip), promisify(gunzip)]

/** @param secret signs it; undefined: it carries a checksum */
export function encodeBody(value: object, secret: string | undefined): Promise<Buffer> {
  return compress(sealText(JSON.stringify(value), secret))
}

/** What {@link encodeBody} was given, or why it is not taken. */
export async function decodeBody(bytes: Buffer, secret: string | undefined): Promise<Opened<unknown>> {
  try {
    const unpacked = await decompress(bytes, { maxOutputLength: maxBytes })
    return openValue(unpacked.toString('utf8'), secret)
  } catch {
    return { ok: false, reason: 'damaged' }
  }
}

/** A snapshot whose ruleset is what its revision says. */
export function asWholeSnapshot(opened: Opened<unknown>, line: SnapshotLine, id: string): Opened<StoredSnapshot> {
  const snapshot = asSnapshot(opened, line, id)
  if (!snapshot.ok) return snapshot
  const { ruleset, revision } = snapshot.value
  const isWhole = isSealedRuleset(ruleset) && ruleset.revision === revision
  return isWhole ? snapshot : { ok: false, reason: 'damaged' }
}
