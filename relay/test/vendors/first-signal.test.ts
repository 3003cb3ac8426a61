import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { underFirstOf } from '../../src/vendors/first-signal.js'

const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason)
    signal.addEventListener('abort', () => resolve(signal.reason))
  })

describe('work under the first of several signals', () => {
  it.each([0, 1])('is aborted by signal %i, with its reason', async (which) => {
    const controllers = [new AbortController(), new AbortController()]
    const working = underFirstOf(
      controllers.map(({ signal }) => signal),
      untilAborted,
    )
    controllers[which]?.abort('enough')
    expect(await working).toBe('enough')
  })

  it('begins aborted where a signal was aborted before', async () => {
    expect(await underFirstOf([AbortSignal.abort('early')], untilAborted)).toBe('early')
  })

  it.each([
    ['ended', async () => 'done'],
    ['failed', () => Promise.reject(new Error('failed'))],
  ])('leaves nothing in the signals once it has %s', async (_, work) => {
    const { signal } = new AbortController()
    await underFirstOf([signal], work).catch(() => undefined)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
