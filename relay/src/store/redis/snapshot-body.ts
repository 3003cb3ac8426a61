/** A snapshot as bytes: the sealed text that files have, compressed. */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { isSealedRuleset } from '@switchyard/engine'
import { openText, sealText } from '../sealed-text.js'
import type { StoredSnapshot } from '../snapshot-store.js'

/** As for a file: a body that unpacks to more is none of ours. */
const maxBytes = 256 * 2 ** 20

const [compress, decompress] = [promisify(gzip), promisify(gunzip)]

/** @param secret signs it; undefined: it carries a checksum */
export function encodeSnapshot(snapshot: StoredSnapshot, secret: string | undefined): Promise<Buffer> {
  return compress(sealText(JSON.stringify(snapshot), secret))
}

/** @returns null for what is damaged, in another format, or not signed with the secret */
export async function decodeSnapshot(bytes: Buffer, secret: string | undefined): Promise<StoredSnapshot | null> {
  try {
    const unpacked = await decompress(bytes, { maxOutputLength: maxBytes })
    const text = openText(unpacked.toString('utf8'), secret)
    const snapshot = text === null ? null : (JSON.parse(text) as StoredSnapshot)
    return isSealedRuleset(snapshot?.ruleset) && snapshot?.ruleset.revision === snapshot?.revision ? snapshot : null
  } catch {
    return null
  }
}
