/** The shape of a row of the outage matrix, and how one is played. */
import { Stage, type Relay } from './stage.js'

export interface Row {
  /** What `--only` looks for. */
  readonly id: string
  /** As the table says it. */
  readonly title: string
  /** How the outage is made; says so where it is not the real thing. */
  readonly means: string
  /** Whether it takes seconds, and is played by the slow tests too. */
  readonly isQuick?: true
  /** Why it cannot be played here, null where it can. */
  readonly missing?: () => string | null
  play(stage: Stage): Promise<Played>
}

export interface Played {
  /** Milliseconds from the end of the outage until everything served is the newest and `fresh`. */
  readonly freshAgainMs: number
  /** What `/status` said during the outage. */
  readonly said: string
  /** What was measured besides. */
  readonly note?: string
}

export interface Result extends Played {
  readonly asked: number
  readonly failed: number
  /** One line for each wrong answer. */
  readonly wrong: readonly string[]
  /** What the failed requests got, `503 ×20`. */
  readonly failures: string
}

export async function playRow(row: Row): Promise<Result> {
  const stage = new Stage()
  try {
    const played = await row.play(stage)
    await Promise.all(stage.clients.map((client) => client.stop()))
    const failures = new Map<string, number>()
    for (const [what, count] of stage.clients.flatMap((client) => [...client.failures])) {
      failures.set(what, (failures.get(what) ?? 0) + count)
    }
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
    return {
      ...played,
      asked: sum(stage.clients.map((client) => client.asked())),
      failed: sum(stage.clients.map((client) => client.failed())),
      wrong: stage.clients.flatMap((client) => client.wrong),
      failures: [...failures].map(([what, count]) => `${what} ×${count}`).join(', '),
    }
  } finally {
    await stage.close()
  }
}

/** What `/status` says of the environment, in one line. */
export async function saidBy(relay: Relay): Promise<string> {
  const { state, lastError, stores } = await relay.status()
  const failing = stores
    .filter((store) => store.state === 'failing')
    .map(({ name, lastError: error }) => `${name} failing: ${error?.code}`)
  return [state, ...(lastError === null ? [] : [lastError.code]), ...failing].join(', ')
}
