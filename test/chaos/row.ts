/** The shape of a row of the outage matrix, and how one is played. */
import { Stage } from './stage.js'

export interface Row {
  /** What `--only` looks for. */
  readonly id: string
  /** As the table says it. */
  readonly title: string
  /** How the outage is made; says so where it is not the real thing. */
  readonly means: string
  /** What `/status` has to say. */
  readonly says: RegExp
  /** What the failed requests have to get; absent: none may fail. */
  readonly fails?: RegExp
  /** Whether it takes seconds, and is played by the slow tests too. */
  readonly isQuick?: true
  /** Why it cannot be played here, null where it can. */
  readonly missing?: () => string | null
  play(stage: Stage): Promise<Played>
}

export interface Played {
  /** Milliseconds from the end of the outage until everything served is the newest and `fresh`. */
  readonly freshAgainMs: number
  /** What `/status` said during the outage; read from the relay, never written by hand. */
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

export async function playRow(row: Pick<Row, 'play'>): Promise<Result> {
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

/** What of a result is not as the row promises, in words; empty where everything is. */
export function brokenPromises(
  { says, fails = /^$/ }: Pick<Row, 'says' | 'fails'>,
  { asked, wrong, failures, said }: Result,
): readonly string[] {
  return [
    ...(asked > 0 ? [] : ['nobody asked anything']),
    ...wrong.map((line) => `wrong: ${line}`),
    ...(fails.test(failures) ? [] : [`failed: ${failures || 'nothing'}, and not ${String(fails)}`]),
    ...(says.test(said) ? [] : [`/status said: ${said}, and not ${String(says)}`]),
  ]
}
