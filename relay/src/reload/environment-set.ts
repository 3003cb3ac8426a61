/** The environments of a running relay: they come, change and go, each without a moment in which another one is not served. */
import type { EnvironmentConfiguration } from '../config/configuration.js'
import {
  adjustEntry,
  createEntry,
  prepareUpstream,
  replaceUpstream,
  type EntrySurroundings,
  type EnvironmentEntry,
  type PreparedUpstream,
} from '../environments/environment-entry.js'
import type { ChangedEnvironment, ReloadPlan } from './plan.js'

export interface EnvironmentSet {
  /** In the order of the configuration. */
  readonly entries: readonly SetEntry[]
  /** Serves what the stores have, and lets the sources run. */
  start(): Promise<void>
  /**
   * Makes it so. What can be refused is refused before anything has changed.
   *
   * @param order names in the order of the configuration
   * @param serve called with the entries as soon as they count, before any of them waits for anything
   * @throws RelayError CONFIG_INVALID for an upstream that is not spoken
   */
  apply(
    plan: Pick<ReloadPlan, 'added' | 'removed' | 'changed'>,
    order: readonly string[],
    serve: (entries: readonly SetEntry[]) => void,
  ): Promise<void>
  /** Lets the sources end, and writes what is not written yet. */
  close(): Promise<void>
}

export interface SetEntry extends EnvironmentEntry {
  /** It came while the relay ran: that it has no data yet must not take the others out of service. */
  readonly cameLater: boolean
}

export interface EnvironmentSetOptions extends EntrySurroundings {
  /** Runs what belongs to an environment, so that traces know whose it is. */
  readonly within: (name: string, run: () => Promise<void>) => Promise<void>
}

/** How long a start waits for snapshots, and an end until they are written. */
const storeDeadlineMs = 5_000

/** Creates the environments; none runs yet. */
export async function createEnvironmentSet(
  configured: readonly EnvironmentConfiguration[],
  options: EnvironmentSetOptions,
): Promise<EnvironmentSet> {
  const created = await Promise.all(configured.map((each) => createEntry(each, options)))
  return new Running(
    created.map((entry) => ({ ...entry, cameLater: false })),
    options,
  )
}

class Running implements EnvironmentSet {
  readonly #options: EnvironmentSetOptions
  readonly #sources = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>()
  entries: readonly SetEntry[]

  constructor(entries: readonly SetEntry[], options: EnvironmentSetOptions) {
    this.entries = entries
    this.#options = options
  }

  async start(): Promise<void> {
    // Before the sources run, so that sequences go on where they were.
    await Promise.all(this.entries.map(({ keeper }) => keeper.restore(storeDeadlineMs)))
    for (const entry of this.entries) this.#run(entry)
  }

  async apply(
    { added, removed, changed }: Pick<ReloadPlan, 'added' | 'removed' | 'changed'>,
    order: readonly string[],
    serve: (entries: readonly SetEntry[]) => void,
  ): Promise<void> {
    const upstreams = await this.#prepare(changed)
    const created = await Promise.all(added.map((each) => createEntry(each, this.#options)))
    const gone = this.entries.filter(({ environment }) => removed.some(({ name }) => name === environment.name))
    const adjusted = this.entries.map((entry) => {
      const change = changed.find(({ after }) => after.name === entry.environment.name)
      return change === undefined ? entry : { ...entry, ...adjustEntry(entry, change.after) }
    })
    const arrived = created.map((entry) => ({ ...entry, cameLater: true }))
    this.entries = inOrder([...adjusted, ...arrived], order)
    serve(this.entries)
    await Promise.all([
      ...arrived.map((entry) => this.#begin(entry)),
      ...changed.map((change) => this.#change(change, upstreams.get(change.after.name))),
      ...gone.map((entry) => this.#end(entry)),
    ])
  }

  async close(): Promise<void> {
    await Promise.all(this.entries.map((entry) => this.#end(entry)))
  }

  async #prepare(changed: readonly ChangedEnvironment[]): Promise<ReadonlyMap<string, PreparedUpstream>> {
    const pairs = changed
      .filter(({ isUpstreamChanged }) => isUpstreamChanged)
      .map(async ({ after }) => [after.name, await prepareUpstream(after, this.#options)] as const)
    return new Map(await Promise.all(pairs))
  }

  async #begin(entry: SetEntry): Promise<void> {
    await entry.keeper.restore(storeDeadlineMs)
    this.#run(entry)
  }

  async #change({ before, after }: ChangedEnvironment, prepared: PreparedUpstream | undefined): Promise<void> {
    const entry = this.entries.find(({ environment }) => environment.name === after.name)
    if (prepared === undefined || entry === undefined) return
    await this.#stop(after.name)
    const replaced = await replaceUpstream(entry, prepared, {
      before,
      surroundings: this.#options,
      deadlineMs: storeDeadlineMs,
    })
    const next = { ...entry, ...replaced }
    this.entries = this.entries.map((each) => (each.environment === next.environment ? next : each))
    this.#run(next)
  }

  #run({ environment }: SetEntry): void {
    const stop = new AbortController()
    const ended = this.#options.within(environment.name, () => environment.run(stop.signal))
    this.#sources.set(environment.name, { stop, ended })
  }

  async #stop(name: string): Promise<void> {
    const source = this.#sources.get(name)
    this.#sources.delete(name)
    source?.stop.abort()
    await source?.ended
  }

  async #end({ environment, keeper }: SetEntry): Promise<void> {
    await this.#stop(environment.name)
    await keeper.close(storeDeadlineMs)
  }
}

function inOrder(entries: readonly SetEntry[], order: readonly string[]): readonly SetEntry[] {
  const known = new Map(entries.map((entry) => [entry.environment.name, entry]))
  return order.flatMap((name) => known.get(name) ?? [])
}
