/** Steps about the provider's life: how it starts, ends, and loses the relay. */
import { expect } from 'vitest'
import type { EventName } from '../application.js'
import { step, type StepDefinition } from '../run-scenario.js'
import type { World } from '../world.js'

type ProviderState = 'stable' | 'unavailable' | 'error' | 'not ready' | 'fatal' | 'stale'

/** How an application comes to have a provider in that state. */
const given: Readonly<Record<ProviderState, (world: World) => Promise<void>>> = {
  async stable(world) {
    await world.open().start()
    expect(world.application.status()).toBe('READY')
  },
  async unavailable(world) {
    world.surroundings.gate.set('cut')
    await world.open().start()
  },
  error: (world) => given.unavailable(world),
  async 'not ready'(world) {
    world.surroundings.gate.set('silent')
    world.open().begin()
  },
  async fatal(world) {
    await world.open('wrong').start()
  },
  async stale(world) {
    await given.stable(world)
    world.surroundings.gate.set('cut')
    await world.until('the provider is stale', () => world.application.status() === 'STALE')
  },
}

const eventNames: Readonly<Record<string, EventName>> = {
  ready: 'READY',
  error: 'ERROR',
  stale: 'STALE',
  change: 'CONFIGURATION_CHANGED',
}

function eventOf(word = ''): EventName {
  const event = eventNames[word]
  if (event === undefined) throw new Error(`no event is called ${word}`)
  return event
}

/** Waits for an event and takes it, so that the next step waits for the next one. */
async function takeEvent(world: World, event: EventName): Promise<void> {
  const came = world.events.get(event) ?? []
  await world.until(`${event} was told`, () => came.length > 0)
  world.flagsChanged = came.shift() ?? []
}

export const providerSteps: readonly StepDefinition[] = [
  step(/a (stable|unavailable|error|not ready|fatal|stale) provider/, (world, [state]) =>
    given[state as ProviderState](world),
  ),
  step(/a stable provider with retrievable context is registered/, given.stable),
  step(/a (ready|error|stale|change) event handler/, (world, [word]) => {
    const event = eventOf(word)
    const came: (readonly string[])[] = []
    world.events.set(event, came)
    world.application.on(event, (flagsChanged) => came.push(flagsChanged))
  }),
  step(/a (\w+) event was fired/, (world, [word]) => takeEvent(world, eventOf(word))),
  step(/the (\w+) event handler should have been executed(?: within \d+ms)?/, (world, [word]) =>
    takeEvent(world, eventOf(word)),
  ),
  step(/the flag should be part of the event payload/, (world) => expect(world.flagsChanged).toContain(world.flag.key)),
  step(/the client should be in (\w+) state/, (world, [state = '']) =>
    world.until(`the client is ${state}`, () => world.application.status() === state.toUpperCase()),
  ),
  step(/the provider status should be "(.+)"/, (world, [status]) => expect(world.application.status()).toBe(status)),
  step(/the connection is (lost|restored)/, (world, [what]) =>
    world.surroundings.gate.set(what === 'lost' ? 'cut' : 'open'),
  ),
  step(/the flag was modified/, (world) => world.surroundings.flipFlag()),
  step(/the provider is shut down/, (world) => world.attempt(() => world.application.shutDown())),
  step(/the shutdown should have completed within \d+ms/, (world) => {
    // The step that shuts down waits for its end, and the test's deadline for that.
    expect(world.thrown).toEqual([])
  }),
  step(/the provider is initialized again/, (world) => world.attempt(() => world.application.startAgain())),
  step(/the provider metadata name should not be empty/, (world) =>
    expect(world.application.providerName).not.toBe(''),
  ),
]
