/** A snapshot as bytes: a line with format and checksum, then compressed JSON. */
import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { isSealedRuleset } from '@switchyard/engine'
import type { StoredSnapshot } from '../snapshot-store.js'

const format = 'switchyard-snapshot 1'
/** As for a file: a body that unpacks to more is none of ours. */
const maxBytes = 256 * 2 ** 20

const [compress, decompress] = [promisify(gzip), promisify(gunzip)]

export async function encodeSnapshot(snapshot: StoredSnapshot): Promise<Buffer> {
  const body = await compress(JSON.stringify(snapshot))
  return Buffer.concat([Buffer.from(`${format} ${checksum(body)}\n`), body])
}

/** @returns null for what is damaged, or in another format */
export async function decodeSnapshot(bytes: Buffer): Promise<StoredSnapshot | null> {
  const end = bytes.indexOf('\n')
  const body = bytes.subarray(end + 1)
  if (bytes.toString('latin1', 0, end) !== `${format} ${checksum(body)}`) return null
  try {
    const text = await decompress(body, { maxOutputLength: maxBytes })
    const snapshot = JSON.parse(text.toString('utf8')) as StoredSnapshot
    return isSealedRuleset(snapshot.ruleset) && snapshot.ruleset.revision === snapshot.revision ? snapshot : null
  } catch {
    return null
  }
}

function checksum(body: Buffer): string {
  return hash('sha256', body)
}
