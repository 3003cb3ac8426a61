import { describe, expect, it, onTestFinished } from 'vitest'
import { createDelayJudge, createEventLoopGate } from '../../../src/http/overload/event-loop-gate.js'

/** What the judge says at looks that are so late each, one every 100 ms. */
function judged(delays: readonly number[]): boolean[] {
  const judge = createDelayJudge(100, 300)
  return delays.map((delayMs, index) => judge(delayMs, index * 100))
}

describe('the judge of the event loop', () => {
  it.each([
    { name: 'a loop that is in time', delays: [0, 5, 100, 99], shut: [false, false, false, false] },
    { name: 'one long turn', delays: [0, 5_000, 0, 0], shut: [false, false, false, false] },
    { name: 'long turns with a break', delays: [200, 200, 200, 0, 200, 200], shut: Array(6).fill(false) },
    { name: 'lateness that goes on', delays: [200, 101, 200, 200, 200], shut: [false, false, false, true, true] },
    {
      name: 'lateness that falls a little, then below the half, then comes back',
      delays: [200, 200, 200, 200, 60, 50, 200, 200, 200, 200],
      shut: [false, false, false, true, true, false, false, false, false, true],
    },
  ])('says what there is to say of $name', ({ delays, shut }) => {
    expect(judged(delays)).toEqual(shut)
  })
})

describe('the gate of the event loop', () => {
  it('shuts while the process is too busy, opens afterwards, and says so each time', async () => {
    const changes: boolean[] = []
    const gate = createEventLoopGate({ maxDelayMs: 20, sustainedMs: 200, onChange: (isShut) => changes.push(isShut) })
    onTestFinished(() => gate.close())
    while (!gate.isShut) await busyTurn(100)
    while (gate.isShut) await idleTurn()
    expect(changes).toEqual([true, false])
  })

  it('is never shut where any delay is allowed', async () => {
    const gate = createEventLoopGate({ maxDelayMs: 0, sustainedMs: 0, onChange: () => expect.unreachable() })
    for (let turn = 0; turn < 5; turn += 1) await busyTurn(100)
    expect(gate.isShut).toBe(false)
    gate.close()
  })
})

/** Keeps the event loop for so long, then lets its timers run. */
function busyTurn(forMs: number): Promise<void> {
  const endMs = performance.now() + forMs
  while (performance.now() < endMs);
  return idleTurn()
}

function idleTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1)
  })
}
