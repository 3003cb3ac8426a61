import { compile } from '@switchyard/engine'
import { expect, it } from 'vitest'
import type { FromWorker } from '../../src/workers/messages.js'
import { forwardUsage } from '../../src/workers/usage-forwarding.js'

const { snapshot } = compile({ ruleset: 1, dialects: [], flags: {} })
const batch = { key: 'b-1', evaluations: [] }

it('forwards batches, and refuses them while too many wait to leave', () => {
  const left: (() => void)[] = []
  const sent: FromWorker[] = []
  const intake = forwardUsage((message, done) => {
    sent.push(message)
    if (done !== undefined) left.push(done)
  }, 2)
  expect(intake.accept('shop', snapshot, batch)).toBe(true)
  intake.refused('shop')
  expect(intake.accept('shop', snapshot, batch)).toBe(false)
  expect(sent).toEqual([
    { type: 'usage', environment: 'shop', batch },
    { type: 'usage-refused', environment: 'shop' },
  ])
  for (const done of left) done()
  expect(intake.accept('shop', snapshot, batch)).toBe(true)
})
