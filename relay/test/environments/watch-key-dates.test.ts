import { describe, expect, it, onTestFinished } from 'vitest'
import { accessKey } from '../../src/config/access-key.js'
import type { DirectoryEntry } from '../../src/environments/directory.js'
import type { Environment } from '../../src/environments/environment.js'
import { watchKeyDates } from '../../src/environments/watch-key-dates.js'

const dayMs = 24 * 60 * 60 * 1_000
const untilMs = Date.UTC(2027, 0, 31)
const environment = { name: 'shop' } as Environment

function watch(nowMs: number) {
  const state = { nowMs, entries: [entryOf(untilMs)] }
  const told: string[] = []
  const dates = watchKeyDates({
    entries: () => state.entries,
    now: () => state.nowMs,
    logger: { warn: (fields, message) => told.push(`${message} ${JSON.stringify(fields)}`) },
  })
  onTestFinished(() => dates.close())
  return { state, told, dates }
}

function entryOf(validUntilMs: number): DirectoryEntry {
  return {
    environment,
    serverKeys: [accessKey('a-key-for-ever-and-ever')],
    clientKeys: [accessKey('a-key-until-the-last-of-january', validUntilMs)],
  }
}

describe('the dates of keys', () => {
  const fields =
    '{"environment":"shop","setting":"clientKeys[0]","masked":"....uary","validUntil":"2027-01-31T00:00:00.000Z"}'

  it('are told to the log once a week before, and once when they have come', () => {
    const { state, told, dates } = watch(untilMs - 7 * dayMs - 1)
    expect(told).toEqual([])
    state.nowMs += 1
    dates.look()
    dates.look()
    expect(told).toEqual([`a key expires soon ${fields}`])
    state.nowMs = untilMs
    dates.look()
    dates.look()
    expect(told.slice(1)).toEqual([`a key has expired ${fields}`])
  })

  it('are told at the start, and again when another date is near', () => {
    const { state, told, dates } = watch(untilMs)
    expect(told).toEqual([`a key has expired ${fields}`])
    state.entries = [entryOf(untilMs + 30 * dayMs)]
    dates.look()
    expect(told).toHaveLength(1)
    state.entries = [entryOf(untilMs + dayMs)]
    dates.look()
    expect(told[1]).toMatch(/^a key expires soon .*"validUntil":"2027-02-01T00:00:00.000Z"/)
  })
})
