import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPacer } from '../../../src/http/streams/pacer.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const members = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('a pacer', () => {
  it('gives few members their turn at once', () => {
    const turns: number[] = []
    createPacer<number>(1_000, (member) => turns.push(member)).spread(members(10))
    expect(turns).toEqual(members(10))
  })

  it('spreads many members evenly over the time, and is done within it', () => {
    const turns: number[] = []
    createPacer<number>(1_000, (member) => turns.push(member)).spread(members(4_000))
    expect(turns).toHaveLength(100)
    vi.advanceTimersByTime(500)
    expect(turns).toHaveLength(2_100)
    vi.advanceTimersByTime(499)
    expect(turns).toEqual(members(4_000))
  })

  it('makes up for the time that a busy process has lost', () => {
    const turns: number[] = []
    createPacer<number>(1_000, (member) => turns.push(member)).spread(members(4_000))
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 975)
    vi.advanceTimersByTime(25)
    expect(turns).toHaveLength(4_000)
  })

  it('gives everybody a turn at once where there is no time', () => {
    const turns: number[] = []
    createPacer<number>(0, (member) => turns.push(member)).spread(members(4_000))
    expect(turns).toHaveLength(4_000)
  })

  it('lets those who wait keep their place when there is more news, and nobody has two turns for it', () => {
    const turns: number[] = []
    const pacer = createPacer<number>(1_000, (member) => turns.push(member))
    pacer.spread(members(400))
    pacer.spread(members(400))
    vi.advanceTimersByTime(1_000)
    expect(turns).toEqual([...members(10), ...members(400).slice(10), ...members(10)])
  })

  it('lets nobody starve when news never ends', () => {
    const turns = new Set<number>()
    const pacer = createPacer<number>(1_000, (member) => turns.add(member))
    for (let round = 0; round < 50; round += 1) {
      pacer.spread(members(4_000))
      vi.advanceTimersByTime(25)
    }
    expect(turns.size).toBe(4_000)
  })

  it('passes over who has left, and stops when it is closed', () => {
    const turns: number[] = []
    const pacer = createPacer<number>(1_000, (member) => turns.push(member))
    pacer.spread(members(40))
    pacer.remove(15)
    vi.advanceTimersByTime(25)
    expect(turns).toEqual(members(21).filter((member) => member !== 15))
    pacer.close()
    vi.advanceTimersByTime(2_000)
    expect(turns).toHaveLength(20)
  })
})
