/** Rulesets for in-process providers: each stream first gets what its client lacks, then a patch for each change. */
import type { Access, Environment, Served } from '../../environments/environment.js'
import type { Exchange } from '../exchange.js'
import { Channel, type ChannelSurroundings, type MayRead } from './channel.js'
import type { EventStream } from './event-stream.js'
import { publish } from './published-ruleset.js'
import { createRulesetHistory, type RulesetHistory } from './ruleset-history.js'
import { revisionOfId, streamEvent, type StreamEvent } from './stream-event.js'

/** Whether the relay believes that its data is what the upstream has. */
type Freshness = 'fresh' | 'stale'

const stateEvents: Readonly<Record<Freshness, StreamEvent>> = {
  fresh: streamEvent({ name: 'state', data: '{"state":"fresh"}' }),
  stale: streamEvent({ name: 'state', data: '{"state":"stale"}' }),
}

/** The ruleset streams of one environment. */
export class RulesetLine {
  readonly #environment: Environment
  readonly #channel: Channel
  readonly #history: RulesetHistory = createRulesetHistory()
  readonly #leave: (() => void)[]
  /** What the history leads to. */
  #served: Served | null
  /** Bytes of the last whole ruleset that somebody needed: a way of patches that is longer is no shortcut. */
  #wholeBytes = Infinity

  constructor(environment: Environment, surroundings: ChannelSurroundings) {
    this.#environment = environment
    this.#served = environment.served
    this.#channel = new Channel(environment.name, 'ruleset', surroundings)
    this.#leave = [
      environment.onChange((served, previous) => this.#changed(served, previous)),
      environment.onState(() => this.#channel.spread()),
    ]
  }

  open(exchange: Exchange, access: Access): void {
    const held = revisionOfId(String(exchange.request.headers['last-event-id'] ?? ''))
    this.#channel.open(exchange, access, (stream) => this.#follow(stream, held))
  }

  /** See {@link Channel.keep}. */
  keep(mayRead: MayRead): void {
    this.#channel.keep(mayRead)
  }

  close(): void {
    for (const leave of this.#leave) leave()
    this.#channel.close()
  }

  #changed(served: Served, previous: Served | null): void {
    this.#served = served
    if (previous !== null) {
      const { view: after, id } = publish(served)
      this.#history.add({ before: publish(previous).view, after, id })
    }
    this.#channel.spread()
  }

  #follow(stream: EventStream, held: string | null): () => void {
    let revision = held
    let state: Freshness | null = null
    return () => {
      const now = this.#freshness()
      if (state !== now) stream.send(stateEvents[now])
      state = now
      while (!stream.isBlocked) {
        const step = this.#next(revision)
        if (step === null) return
        stream.send(step.event)
        revision = step.to
      }
    }
  }

  /** What a client at that revision gets next; null: nothing, it has everything. */
  #next(revision: string | null): { readonly event: StreamEvent; readonly to: string } | null {
    const served = this.#served
    if (served === null || served.revision === revision) return null
    const step = revision === null ? null : this.#history.next(revision, this.#wholeBytes)
    if (step !== null) return step
    const event = publish(served).event()
    this.#wholeBytes = event.bytes.length
    return { event, to: served.revision }
  }

  #freshness(): Freshness {
    const { state } = this.#environment
    return state === 'fresh' || state === 'waiting' ? 'fresh' : 'stale'
  }
}
