/** The names of what one line has in Redis. The braces keep them in one slot of a cluster. */
import { hash } from 'node:crypto'
import type { SnapshotLine } from '../snapshot-store.js'

export interface LineKeys {
  readonly lease: string
  readonly fence: string
  readonly index: string
  readonly snapshots: string
  readonly marks: string
  readonly decision: string
  readonly channel: string
}

export function lineKeys(prefix: string, { vendor, upstream, name }: SnapshotLine): LineKeys {
  const digest = hash('sha256', JSON.stringify([vendor, upstream, name])).slice(0, 32)
  const key = (what: string): string => `${prefix}:{${digest}}:${what}`
  return {
    lease: key('lease'),
    fence: key('fence'),
    index: key('index'),
    snapshots: key('snapshots'),
    marks: key('marks'),
    decision: key('decision'),
    channel: key('news'),
  }
}
