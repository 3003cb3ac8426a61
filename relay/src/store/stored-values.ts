/** What stores keep, read back: a seal says that something is whole, and not that it has the shape which is needed. */
import { isSameLine, snapshotId } from './snapshot-store.js'
import type { LineMarks, SnapshotLine, SnapshotSummary, StoredSnapshot } from './snapshot-store.js'
import type { Opened } from './passed-over.js'

/** The snapshot of that name, if it is one of the line. What its ruleset says is for who compiles it to judge. */
export function asSnapshot(opened: Opened<unknown>, line: SnapshotLine, id: string): Opened<StoredSnapshot> {
  if (!opened.ok) return opened
  const { value } = opened
  if (!isSnapshot(value)) return { ok: false, reason: 'damaged' }
  // Who may write to a store may copy what was signed for another environment, or under another name.
  return isSameLine(value.line, line) && snapshotId(value) === id
    ? { ok: true, value }
    : { ok: false, reason: 'foreign' }
}

/** The marks, if they are the line's. */
export function asMarks(opened: Opened<unknown>, line: SnapshotLine): Opened<LineMarks> {
  if (!opened.ok) return opened
  const { value } = opened
  if (!isObject(value) || !areMarks(value['marks'])) return { ok: false, reason: 'damaged' }
  const isOurs = isSameLine(value['line'] as SnapshotLine | undefined, line)
  return isOurs ? { ok: true, value: value['marks'] } : { ok: false, reason: 'foreign' }
}

export function summaryOf(snapshot: StoredSnapshot): SnapshotSummary {
  const { fence, sequence, revision, servedAtMs, ruleset } = snapshot
  const flagCount = Object.keys(ruleset.flags).length
  return { id: snapshotId(snapshot), fence, sequence, revision, flagCount, servedAtMs }
}

function isSnapshot(value: unknown): value is StoredSnapshot {
  if (!isObject(value)) return false
  const { line, revision, documentVendor, fence, sequence, servedAtMs, confirmedAtMs, ruleset } = value
  const numbers = [fence, sequence, servedAtMs, confirmedAtMs]
  const texts = [revision, documentVendor]
  if (!isObject(line) || !isObject(ruleset) || !isObject(ruleset['flags'])) return false
  return numbers.every((each) => typeof each === 'number') && texts.every((each) => typeof each === 'string')
}

function areMarks(value: unknown): value is LineMarks {
  if (!isObject(value)) return false
  const { confirmed, activated, decidedAtMs } = value
  const isAt = (mark: unknown, name: string): boolean =>
    mark === undefined || (isObject(mark) && typeof mark[name] === 'string' && typeof mark['atMs'] === 'number')
  if (!isAt(confirmed, 'revision') || !isAt(activated, 'id')) return false
  return decidedAtMs === undefined || typeof decidedAtMs === 'number'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
