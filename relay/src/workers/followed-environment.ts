/** An environment in a worker: it serves what the primary serves, and looks at no upstream itself. */
import { applyPatch, type RulesetPatch, type SealedRuleset } from '@switchyard/engine'
import { AgeText } from '../environments/age-text.js'
import { compileRevision } from '../environments/compile-revision.js'
import type { Environment, EnvironmentState, Served } from '../environments/environment.js'
import { Listeners } from '../environments/listeners.js'
import { createUsageCounter, type ReadableUsage } from '../environments/usage-counter.js'
import type { Logger } from '../telemetry/logger.js'
import type { AppliedUpdate, EnvironmentUpdate, RulesetContent, ServedUpdate, WorkerEnvironment } from './messages.js'

export interface FollowedOptions extends Pick<WorkerEnvironment, 'name' | 'corsOrigins' | 'isOrdered'> {
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

export interface FollowedEnvironment extends Environment {
  readonly usage: ReadableUsage
  corsOrigins: readonly string[]
  /** Takes over how things stand in the primary. What cannot be used changes nothing, and is said in the result. */
  apply(update: EnvironmentUpdate): AppliedUpdate
}

/** Creates an environment that serves nothing yet. */
export function followEnvironment(options: FollowedOptions): FollowedEnvironment {
  return new Followed(options)
}

type Listener = Parameters<Environment['onChange']>[0]
type StateListener = Parameters<Environment['onState']>[0]

class Followed implements FollowedEnvironment {
  readonly name: string
  corsOrigins: readonly string[]
  readonly isOrdered: boolean
  readonly usage: ReadableUsage = createUsageCounter()
  served: Served | null = null
  original: string | null = null
  state: EnvironmentState = 'waiting'
  readonly #logger: Logger
  readonly #listeners = new Listeners<Parameters<Listener>>()
  readonly #stateListeners = new Listeners<Parameters<StateListener>>()
  readonly #age: AgeText
  #vendor = 'unknown'

  constructor({ name, corsOrigins, isOrdered, now, logger }: FollowedOptions) {
    this.name = name
    this.corsOrigins = corsOrigins
    this.isOrdered = isOrdered
    this.#logger = logger.child({ environment: name })
    this.#age = new AgeText(now)
  }

  apply({ vendor, state, confirmedAtMs, served, original }: EnvironmentUpdate): AppliedUpdate {
    const problem = served === null ? null : this.#serve(served)
    const revision = this.served?.revision ?? null
    if (problem !== null) return { environment: this.name, revision, problem }
    this.#vendor = vendor
    if (original !== undefined) this.original = original
    this.#age.confirmedAt(confirmedAtMs)
    if (state !== this.state) {
      this.state = state
      this.#stateListeners.tell(this.#logger, state)
    }
    return { environment: this.name, revision }
  }

  ageText(): string {
    return this.#age.text()
  }

  status(): { readonly vendor: string } {
    return { vendor: this.#vendor }
  }

  onChange(listener: Listener): () => void {
    return this.#listeners.add(listener)
  }

  onState(listener: StateListener): () => void {
    return this.#stateListeners.add(listener)
  }

  /** @returns why it cannot be served, null where it is */
  #serve({ revision, sequence, fence, sinceMs, content }: ServedUpdate): string | null {
    const previous = this.served
    if (content === null && previous?.sequence === sequence && previous.fence === fence) return null
    const ruleset = content === null ? this.#held() : this.#read(content)
    if (ruleset?.revision !== revision) return 'it does not lead to the revision that it names'
    const { snapshot } = compileRevision(ruleset, previous?.snapshot)
    const served: Served = Object.freeze({ snapshot, revision, sequence, fence, sinceMs })
    this.usage.swap(served)
    this.served = served
    this.#listeners.tell(this.#logger, served, previous)
    return null
  }

  /** Only sealed rulesets come into service. */
  #held(): SealedRuleset | null {
    return (this.served?.snapshot.ruleset as SealedRuleset | undefined) ?? null
  }

  #read({ form, text }: RulesetContent): SealedRuleset | null {
    const document: unknown = JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString())
    if (form === 'whole') return document as SealedRuleset
    const held = this.#held()
    const patched = held === null ? null : applyPatch(held, document as RulesetPatch)
    return patched?.ok === true ? patched.ruleset : null
  }
}
