/** What a flag can answer, and how often it did. */
import type { VNode } from 'preact'
import type { FlagSummary } from '../management/flag-summary.js'
import { amount } from './words.js'

interface Share {
  readonly variant: string
  /** What the variant stands for, null where that is not listed. */
  readonly value: string | null
  readonly count: number
  /** From 0 to 1. */
  readonly share: number
}

/** One bar for each variant: listed ones, and those that were counted under another name. */
export function Distribution({ flag }: { readonly flag: FlagSummary }): VNode {
  return (
    <ul class="shares">
      {sharesOf(flag).map(({ variant, value, count, share }) => (
        <li key={`${variant} ${value}`}>
          <span class="variant">
            {variant === '' ? '' : `${variant}: `}
            <code>{value ?? "the application's default"}</code>
          </span>
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${share * 100}%` }} />
          </span>
          <span class="count">
            {amount(count)} ({Math.round(share * 100)} %)
          </span>
        </li>
      ))}
    </ul>
  )
}

function sharesOf({ outcomes, answers }: FlagSummary): readonly Share[] {
  const total = answers.reduce((sum, { remote, inProcess }) => sum + remote + inProcess, 0)
  const countOf = (variant: string): number => {
    const found = answers.find((each) => each.variant === variant)
    return found === undefined ? 0 : found.remote + found.inProcess
  }
  const shareOf = (variant: string, value: string | null): Share => {
    const count = countOf(variant)
    return { variant, value, count, share: total === 0 ? 0 : count / total }
  }
  // Several outcomes may have one variant, for different reasons.
  const listed = new Map(outcomes.map(({ variant, value }) => [variant, value]))
  const others = answers.filter(({ variant }) => !listed.has(variant))
  return [
    ...Array.from(listed, ([variant, value]) => shareOf(variant, value)),
    ...others.map(({ variant }) => shareOf(variant, null)),
  ]
}
