/** A bucket against the ranges of a split, as a picture. The lines below it say the same. */
import type { VNode } from 'preact'
import type { TakenSplit } from './splits-taken.js'

interface ScaleProps {
  readonly split: TakenSplit
  /** Where the scale ends; it begins at 0. */
  readonly end: number
}

/** More ranges are no picture. */
const maxRanges = 50

/** The range that holds the number is filled, and the number is a line. */
export function Scale({ split: { number, ranges, taken }, end }: ScaleProps): VNode {
  const at = (value: number): string => `${(Math.min(Math.max(value, 0), end) / end) * 100}%`
  return (
    <div class="scale" aria-hidden="true">
      {ranges.slice(0, maxRanges).map(({ from, to, variant, value }, index) => (
        <span
          key={index}
          class={index === taken ? 'range taken' : 'range'}
          style={{ left: at(from), width: at(to - from) }}
        >
          {variant ?? (value === undefined ? '' : JSON.stringify(value))}
        </span>
      ))}
      <span class="mark" style={{ left: at(number) }} />
    </div>
  )
}
