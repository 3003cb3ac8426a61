/**
 * Keeps one worker at what the primary serves. At most one update of an environment is under way: what changes meanwhile is told by
 * the next one, as it is then. So a worker that is slow skips revisions, and nothing piles up for it.
 */
import type { SealedRuleset } from '@switchyard/engine'
import type { RunningEnvironment } from '../environments/running-environment.js'
import type { Logger } from '../telemetry/logger.js'
import type { AppliedUpdate, EnvironmentUpdate, RulesetContent } from './messages.js'
import type { EncodedRulesets } from './encoded-rulesets.js'

export interface WorkerFeedOptions {
  readonly environments: readonly RunningEnvironment[]
  /** Shared by all workers: each revision is made to text once. */
  readonly encoded: EncodedRulesets
  readonly send: (update: EnvironmentUpdate) => void
  readonly logger: Logger
}

export interface WorkerFeed {
  /** Calls back when the worker has, for the first time, what was served when it began. */
  start(caughtUp: () => void): void
  /** Other environments are to be followed, from now on. */
  follow(environments: readonly RunningEnvironment[]): void
  /** The worker has answered the update of an environment. */
  applied(applied: AppliedUpdate): void
  /** The revision that the worker serves, null before the first. */
  revisionOf(environment: string): string | null
  close(): void
}

/** Creates the feed of one worker. Nothing is sent before it is started. */
export function feedWorker(options: WorkerFeedOptions): WorkerFeed {
  return new Feed(options)
}

class Feed implements WorkerFeed {
  readonly #options: WorkerFeedOptions
  readonly #lines = new Map<string, Line>()
  #tellCaughtUp: (() => void) | null = null
  #isStarted = false

  constructor(options: WorkerFeedOptions) {
    this.#options = options
    this.follow(options.environments)
  }

  follow(environments: readonly RunningEnvironment[]): void {
    for (const [name, line] of this.#lines) {
      if (environments.some((each) => line.isOf(each))) continue
      line.close()
      this.#lines.delete(name)
    }
    for (const each of environments.filter(({ name }) => !this.#lines.has(name))) {
      const line = new Line(each, this.#options.encoded, this.#options.send)
      this.#lines.set(each.name, line)
      if (this.#isStarted) line.start()
    }
    this.#checkCaughtUp()
  }

  start(caughtUp: () => void): void {
    this.#tellCaughtUp = caughtUp
    this.#isStarted = true
    for (const line of this.#lines.values()) line.start()
    this.#checkCaughtUp()
  }

  applied({ environment, revision, problem }: AppliedUpdate): void {
    const line = this.#lines.get(environment)
    if (line === undefined) return
    if (problem !== undefined) {
      this.#options.logger.error({ environment, reason: problem }, 'a worker could not use an update')
    }
    line.applied(revision)
    this.#checkCaughtUp()
  }

  revisionOf(environment: string): string | null {
    return this.#lines.get(environment)?.held?.revision ?? null
  }

  close(): void {
    for (const line of this.#lines.values()) line.close()
  }

  #checkCaughtUp(): void {
    if ([...this.#lines.values()].some(({ hasAnswered }) => !hasAnswered)) return
    this.#tellCaughtUp?.()
    this.#tellCaughtUp = null
  }
}

class Line {
  readonly #environment: RunningEnvironment
  readonly #encoded: EncodedRulesets
  readonly #send: WorkerFeedOptions['send']
  #leave: readonly (() => void)[] = []
  /** What the worker will have when it has applied the update that is under way; undefined: none is. */
  #underWay: SealedRuleset | null | undefined
  #wasWhole = false
  /** What the worker was sent last, undefined where nobody knows. */
  #original: string | null | undefined = null
  #isDue = false
  #isPlanned = false
  /** What the worker has, null where it has nothing or nobody knows. */
  held: SealedRuleset | null = null
  hasAnswered = false

  constructor(environment: RunningEnvironment, encoded: EncodedRulesets, send: WorkerFeedOptions['send']) {
    this.#environment = environment
    this.#encoded = encoded
    this.#send = send
  }

  isOf(environment: RunningEnvironment): boolean {
    return environment === this.#environment
  }

  start(): void {
    const plan = (): void => this.#plan()
    const { onChange, onState, onConfirmation } = this.#environment
    this.#leave = [onChange, onState, onConfirmation].map((follow) => follow.call(this.#environment, plan))
    this.#update()
  }

  applied(revision: string | null): void {
    const applied = this.#underWay ?? null
    this.#underWay = undefined
    this.hasAnswered = true
    const isAsSent = revision === (applied?.revision ?? null)
    this.held = isAsSent ? applied : null
    if (!isAsSent) this.#original = undefined
    // What could not be patched is sent as a whole. Where that cannot be used either, only another revision can help.
    if (this.#isDue || (!isAsSent && !this.#wasWhole)) this.#update()
  }

  close(): void {
    for (const leave of this.#leave) leave()
  }

  /** A change is told in several calls, one after the other, and sent when it is complete. */
  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      if (this.#underWay === undefined) this.#update()
      else this.#isDue = true
    })
  }

  #update(): void {
    this.#isDue = false
    const { name: environment, state, served, original = null } = this.#environment
    const { vendor, confirmedAtMs } = this.#environment.status()
    const ruleset = served === null ? null : (served.snapshot.ruleset as SealedRuleset)
    this.#underWay = ruleset
    const news = original === this.#original ? {} : { original }
    this.#original = original
    const update = { environment, vendor, state, confirmedAtMs, ...news }
    if (served === null || ruleset === null) return this.#send({ ...update, served: null })
    const { revision, sequence, fence, sinceMs } = served
    const content = this.#contentOf(ruleset)
    this.#wasWhole = content?.form === 'whole'
    this.#send({ ...update, served: { revision, sequence, fence, sinceMs, content } })
  }

  #contentOf(ruleset: SealedRuleset): RulesetContent | null {
    return this.held?.revision === ruleset.revision ? null : this.#encoded.from(this.held, ruleset)
  }
}
