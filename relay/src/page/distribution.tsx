/** What a flag can answer, and how often it did, as bars. */
import type { VNode } from 'preact'
import type { FlagSummary } from '../management/flag-summary.js'
import { sharesOf, type Share } from './shares.js'
import { amount, counted, defaultWords } from './words.js'

/** One bar for each variant. */
export function Distribution({ flag }: { readonly flag: FlagSummary }): VNode {
  return (
    <ul class="shares">
      {sharesOf(flag).map((share) => (
        <li key={`${share.variant} ${share.isError}`}>
          <Variant of={share} />
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${share.share * 100}%` }} />
          </span>
          <span class="count">
            {amount(share.count)} ({Math.round(share.share * 100)} %)
          </span>
        </li>
      ))}
    </ul>
  )
}

/** More values of one variant are not worth their room. */
const maxValues = 3

function Variant({ of: { variant, isError, isComputed, values } }: { readonly of: Share }): VNode {
  if (isError) return <span class="variant">an error{variant === '' ? '' : ` with variant ${variant}`}</span>
  if (isComputed) return <span class="variant">put together from the context</span>
  const rest = values.length - maxValues
  return (
    <span class="variant">
      {values.slice(0, maxValues).map((value, index) => (
        <span key={value}>
          {index > 0 && ' or '}
          {value === null ? defaultWords : <code>{value}</code>}
        </span>
      ))}
      {rest > 0 && ` or ${counted(rest, 'other value')}`}{' '}
      {variant !== '' && !saysVariant(values, variant) && <span class="quiet">({variant})</span>}
    </span>
  )
}

/** Where a variant is called as its value is, once is enough. */
function saysVariant(values: Share['values'], variant: string): boolean {
  return values.length === 1 && (values[0] === variant || values[0] === JSON.stringify(variant))
}
