/** A client that asks without a break, and holds every answer against what was true when it came. */
import { isDeepStrictEqual } from 'node:util'

/** What two users have to see of one revision: one without attributes, and one for whom a segment decides. */
export interface Truth {
  readonly plain: string
  readonly gold: string
}

/** The revisions of a row in their order. */
export interface Story {
  readonly revisions: Truth[]
}

export interface SteadyClient {
  readonly asked: () => number
  readonly failed: () => number
  /** What was wrong, in words; one line for each answer. */
  readonly wrong: readonly string[]
  /** What failed, and how often. */
  readonly failures: ReadonlyMap<string, number>
  /** Requests that found the first address dead and were answered by the next. */
  readonly moved: () => number
  /** The values of `Switchyard-State` that were seen. */
  readonly states: ReadonlySet<string>
  /** Position in the story of the newest revision that answered, -1 before the first. */
  readonly newest: () => number
  /** From now on only the newest revision of the story is right. */
  settle(): void
  stop(): Promise<void>
}

/** Between two questions, so that the machine has time for others. */
const pauseMs = 10
/** Longer than an answer takes on a machine that is busy. */
const timeoutMs = 5_000

/**
 * @param urls data planes; asked in this order, the next one only where nobody answers at the one before, as a load balancer does
 * @param story a revision is right from the moment it is in the story until a later one has answered
 * @param oldestRight position in the story of the oldest revision that may answer
 */
export function startSteadyClient(urls: readonly string[], story: Story, oldestRight = 0): SteadyClient {
  const client = new Client(urls, story, oldestRight)
  void client.run()
  return client
}

class Client implements SteadyClient {
  readonly wrong: string[] = []
  readonly failures = new Map<string, number>()
  readonly states = new Set<string>()
  readonly #urls: readonly string[]
  readonly #story: Story
  #asked = 0
  #failed = 0
  #moved = 0
  #newest = -1
  #oldestRight: number
  #isStopped = false
  #ended: () => void = () => undefined
  readonly #end = new Promise<void>((resolve) => (this.#ended = resolve))

  constructor(urls: readonly string[], story: Story, oldestRight: number) {
    this.#urls = urls
    this.#story = story
    this.#oldestRight = oldestRight
  }

  readonly asked = (): number => this.#asked
  readonly failed = (): number => this.#failed
  readonly moved = (): number => this.#moved
  readonly newest = (): number => this.#newest

  settle(): void {
    this.#oldestRight = this.#story.revisions.length - 1
  }

  stop(): Promise<void> {
    this.#isStopped = true
    return this.#end
  }

  async run(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn += 1) {
      await this.#ask(turn % 2 === 0 ? 'plain' : 'gold', turn % 4 < 2)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    this.#ended()
  }

  /** @param all whether to ask for all flags or for one */
  async #ask(user: keyof Truth, all: boolean): Promise<void> {
    this.#asked += 1
    const oldestRight = Math.max(this.#oldestRight, this.#newest)
    const answer = await this.#answer(user, all)
    if (typeof answer === 'string') {
      this.#failed += 1
      this.failures.set(answer, (this.failures.get(answer) ?? 0) + 1)
      return
    }
    const { revisions } = this.#story
    const at = revisions.findLastIndex((truth) => isDeepStrictEqual(answer, { banner: truth[user] }))
    if (at < oldestRight) this.wrong.push(`${user}: ${JSON.stringify(answer)}, after revision ${oldestRight}`)
    else this.#newest = Math.max(this.#newest, at)
  }

  /** The values by key, or why there are none. */
  async #answer(user: keyof Truth, all: boolean): Promise<Record<string, unknown> | string> {
    const context = { targetingKey: 'u', ...(user === 'gold' ? { plan: 'gold' } : {}) }
    for (const [index, url] of this.#urls.entries()) {
      const request = fetch(`${url}/ofrep/v1/evaluate/flags${all ? '' : '/banner'}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ context }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      try {
        const response = await request
        this.states.add(response.headers.get('switchyard-state') ?? 'none')
        const body = (await response.json()) as Flag & { readonly flags?: readonly Flag[] }
        if (response.status !== 200) return refusalOf(response)
        const flags = all ? (body.flags ?? []) : [body]
        return Object.fromEntries(flags.map(({ key, value }) => [key, value]))
      } catch (error) {
        if (index === this.#urls.length - 1) return error instanceof Error ? error.name : String(error)
        this.#moved += 1
      }
    }
    return 'no address'
  }
}

/** What `Retry-After` has to be: seconds, and some. */
function refusalOf({ status, headers }: Response): string {
  return /^[1-9]\d*$/.test(headers.get('retry-after') ?? '') ? `${status} with Retry-After` : `${status}`
}

interface Flag {
  readonly key: string
  readonly value?: unknown
}
