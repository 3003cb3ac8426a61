/**
 * A snapshot file's text: a line of JSON about the file, then the ruleset as JSON. The first line is all that other versions
 * have to understand: whether they can read the rest.
 */
import { createHash, createHmac } from 'node:crypto'
import { formatVersion, type SealedRuleset } from '@switchyard/engine'
import { isObject, parseObject } from '../ofrep/index.js'
import type { KeptRuleset } from './snapshot-file.js'

/** Version of this file's format; that of the ruleset in it is a number of its own. */
const fileVersion = 1

/** What a file turned out to be. */
export type ReadSnapshot =
  | ({ readonly kind: 'kept' } & KeptRuleset)
  /** Another version's, or no snapshot at all: it is left alone. */
  | { readonly kind: 'other'; readonly message: string }
  /** Damaged, or another owner's: it may be replaced. */
  | { readonly kind: 'useless'; readonly message: string }

/** @param writtenAt ISO 8601 */
export function writeSnapshot(ruleset: SealedRuleset, owner: unknown, writtenAt: string): string {
  const body = JSON.stringify(ruleset)
  const about = {
    switchyard: 'snapshot',
    fileVersion,
    formatVersion: ruleset.ruleset,
    dialects: ruleset.dialects,
    revision: ruleset.revision,
    flagSetId: ruleset.metadata?.['flagSetId'],
    writtenAt,
    owner: fingerprintOf(owner),
    checksum: checksumOf(body, owner),
  }
  return `${JSON.stringify(about)}\n${body}\n`
}

/** Reads what {@link writeSnapshot} wrote, and anything else. Never throws. */
export function readSnapshot(text: string, owner: unknown): ReadSnapshot {
  if (text.trim() === '') return { kind: 'useless', message: 'it is empty' }
  const end = text.indexOf('\n')
  const about = parseObject(end < 0 ? text : text.slice(0, end))
  if (about?.['switchyard'] !== 'snapshot') return { kind: 'other', message: 'it is no snapshot of Switchyard' }
  if (about['fileVersion'] !== fileVersion || about['formatVersion'] !== formatVersion) {
    const versions = `file ${String(about['fileVersion'])}, ruleset ${String(about['formatVersion'])}`
    return { kind: 'other', message: `its format is not known to this version (${versions})` }
  }
  if (about['owner'] !== fingerprintOf(owner)) {
    return { kind: 'useless', message: 'it belongs to another relay or key' }
  }
  const body = text.slice(end + 1, -1)
  if (about['checksum'] !== checksumOf(body, owner)) return { kind: 'useless', message: 'it is damaged' }
  const ruleset = parseObject(body)
  const isSound = isObject(ruleset) && ruleset['ruleset'] === formatVersion && typeof ruleset['revision'] === 'string'
  if (!isSound) return { kind: 'useless', message: 'there is no ruleset in it' }
  return { kind: 'kept', ruleset: ruleset as unknown as SealedRuleset, writtenAt: String(about['writtenAt']) }
}

/** Tells owners apart and tells nothing about them to who does not know them. */
function fingerprintOf(owner: unknown): string {
  return createHash('sha256')
    .update(`switchyard snapshot owner ${JSON.stringify(owner)}`)
    .digest('base64url')
}

/** Only who has the key can make one, so nobody else can leave flags in the file's place. */
function checksumOf(body: string, owner: unknown): string {
  return createHmac('sha256', JSON.stringify(owner)).update(body).digest('base64url')
}
