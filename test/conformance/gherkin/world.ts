/** What the steps of one scenario share. */
import { setTimeout } from 'node:timers/promises'
import type { EvaluationContext, EvaluationContextValue } from '@openfeature/core'
import { expect } from 'vitest'
import type { Application, Details, EventName, FlagRequest, WatchingHook } from './application.js'
import type { ContextLevel } from './flag-sets.js'
import type { Gate } from './gate.js'

export interface Surroundings {
  /** The only way of the application to its relay. */
  readonly gate: Gate
  /** Opens an application whose provider goes through the gate; nothing is started. */
  readonly open: (key: 'right' | 'wrong') => Application
  /** Makes the other value of `changing-flag` the one that is served. */
  readonly flipFlag: () => Promise<void>
  /** How long what should happen is waited for. */
  readonly patienceMs: number
}

/** What a hook has seen, in order. */
export interface HookCall {
  readonly hook: string
  readonly stage: 'before' | 'after' | 'error' | 'finally'
  readonly details?: Details
}

export class World {
  readonly surroundings: Surroundings
  context: EvaluationContext = {}
  readonly levels = new Map<ContextLevel, EvaluationContext>()
  /** Events that have come and that no step has asked for yet. */
  readonly events = new Map<EventName, (readonly string[])[]>()
  /** What a `changed` event has named. */
  flagsChanged: readonly string[] = []
  /** Options of evaluations. */
  hooks: WatchingHook[] = []
  readonly hookCalls: HookCall[] = []
  /** Under way, where the step did not wait. */
  evaluation: Details | Promise<Details> | null = null
  /** What a step remembers for later ones. */
  remembered: unknown
  readonly thrown: unknown[] = []
  readonly #applications: Application[] = []
  #flag: FlagRequest | null = null
  #details: Details | null = null

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings
  }

  /** Opens the application that the steps from now on are about. */
  open(key: 'right' | 'wrong' = 'right'): Application {
    const application = this.surroundings.open(key)
    this.#applications.push(application)
    return application
  }

  get application(): Application {
    return required(this.#applications.at(-1), 'application')
  }

  get flag(): FlagRequest {
    return required(this.#flag, 'flag')
  }

  set flag(flag: FlagRequest) {
    this.#flag = flag
  }

  get details(): Details {
    return required(this.#details, 'evaluation')
  }

  set details(details: Details) {
    this.#details = details
  }

  addToContext(name: string, value: EvaluationContextValue): void {
    this.context = { ...this.context, [name]: value }
  }

  /** Does what must not throw; if it does, a later step says so. */
  async attempt(action: () => unknown): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.thrown.push(error)
    }
  }

  /** Waits until it is so. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    await expect.poll(isSo, { timeout: this.surroundings.patienceMs, interval: 5, message: what }).toBe(true)
  }

  /** What it comes to, if it does within the patience of the scenario. */
  async inTime<T>(awaited: T | Promise<T>): Promise<T> {
    const { patienceMs } = this.surroundings
    const timeout = new AbortController()
    const late = setTimeout(patienceMs, undefined, { signal: timeout.signal }).then(() => {
      throw new Error(`nothing has come of it for ${patienceMs} ms`)
    })
    try {
      return await Promise.race([awaited, late])
    } finally {
      late.catch(() => undefined)
      timeout.abort()
    }
  }

  async close(): Promise<void> {
    for (const application of this.#applications) await application.close()
  }
}

function required<T>(value: T | null | undefined, what: string): T {
  if (value == null) throw new Error(`no step before has given this scenario: ${what}`)
  return value
}
