/** What every flag answers in one or two contexts, and why. */
import type { Explanation } from '@switchyard/engine'
import type { ExplainAnswer } from '../management/explain.js'
import type { FlagsAnswer } from '../management/flags.js'
import { ask, withQuery, type Asked } from './ask.js'
import { splitsTaken, type TakenSplit } from './splits-taken.js'

/** One flag, in as many contexts as were asked about. */
export interface ExplainedFlag {
  readonly key: string
  readonly answers: readonly ExplainedAnswer[]
  /** Whether the contexts get different answers. */
  readonly isDifferent: boolean
}

export interface ExplainedAnswer {
  readonly outcome: Explanation['outcome']
  /** The way to it. */
  readonly text: string
  /** The splits on that way. */
  readonly splits: readonly TakenSplit[]
}

export interface PlaygroundAnswer {
  readonly revision: string
  readonly flags: readonly ExplainedFlag[]
  /** How many flags the search fits, of which only the first ones are explained. */
  readonly found: number
}

export interface Question {
  readonly environment: string
  readonly search: string
  readonly contexts: readonly object[]
}

/** Asks for the flags that the search fits, then for their explanations in each context. */
export async function explainFlags({ environment, search, contexts }: Question): Promise<Asked<PlaygroundAnswer>> {
  const listed = await ask<FlagsAnswer>(withQuery('/flags', { environment, search }))
  if (!listed.ok) return listed
  const flag = listed.answer.flags.map(({ key }) => key)
  const explained = await Promise.all(
    contexts.map((context) => ask<ExplainAnswer>('/explain', { environment, flag, context, text: true })),
  )
  const answers: ExplainAnswer[] = []
  for (const each of explained) {
    if (!each.ok) return each
    answers.push(each.answer)
  }
  const flags = flag.map((key, index) => explainedFlag(key, index, answers))
  return { ok: true, answer: { revision: answers[0]?.revision ?? '', found: listed.answer.found, flags } }
}

function explainedFlag(key: string, index: number, explained: readonly ExplainAnswer[]): ExplainedFlag {
  const answers = explained.flatMap(({ explanations, texts }) => {
    const explanation = explanations[index]
    if (explanation === undefined) return []
    const { outcome, decision } = explanation
    return [{ outcome, text: texts?.[index] ?? '', splits: splitsTaken(decision) }]
  })
  const isDifferent = new Set(answers.map(({ outcome }) => JSON.stringify([outcome.value, outcome.variant]))).size > 1
  return { key, answers, isDifferent }
}
