/** What flags answer in one or two contexts, and why on demand. */
import type { VNode } from 'preact'
import { linesOf } from './lines-of-text.js'
import { Lines, Tag } from './parts.js'
import type { ExplainedFlag, PlaygroundAnswer } from './playground-answers.js'
import { Scale } from './scale.js'
import { endOfScale } from './splits-taken.js'
import { counted, defaultWords } from './words.js'

interface ExplainedFlagsProps {
  readonly answer: PlaygroundAnswer
  /** What the contexts are called. */
  readonly names: readonly string[]
}

/** A line for each flag, which opens to the way to its answers. */
export function ExplainedFlags({ answer: { revision, found, flags }, names }: ExplainedFlagsProps): VNode {
  const rest = found - flags.length
  const differing = flags.filter(({ isDifferent }) => isDifferent).length
  const isCompared = flags.some(({ answers }) => answers.length > 1)
  return (
    <>
      <h2>Answers</h2>
      <p class="quiet" role="status">
        {counted(flags.length, 'flag')} of revision {revision}
        {rest > 0 && `, ${counted(rest, 'more flag')} with this in the key: search for more of it to see them`}
        {isCompared && `; ${differing === 0 ? 'both contexts get the same' : `${differing} differ`}`}
      </p>
      {flags.map((flag) => (
        <Explained key={flag.key} flag={flag} names={names} />
      ))}
    </>
  )
}

interface ExplainedProps {
  readonly flag: ExplainedFlag
  readonly names: readonly string[]
}

function Explained({ flag: { key, answers, isDifferent }, names }: ExplainedProps): VNode {
  // One scale for all of them, so that contexts can be compared.
  const end = endOfScale(answers.flatMap(({ splits }) => splits))
  return (
    <details class="answer">
      <summary>
        <span class="key">{key}</span> {isDifferent && <Tag text="differs" />}
        <span class="side-by-side">
          {answers.map(({ outcome }, index) => (
            <span key={index}>
              {answers.length > 1 && <span class="whose quiet">{names[index]}: </span>}
              <Outcome outcome={outcome} />
            </span>
          ))}
        </span>
      </summary>
      <div class="side-by-side">
        {answers.map(({ text, splits }, index) => (
          <div key={index}>
            {answers.length > 1 && <h3>{names[index]}</h3>}
            {splits.map((split, at) => (
              <Scale key={at} split={split} end={end} />
            ))}
            {/* The first line says again what stands above. */}
            <Lines lines={linesOf(text).flatMap(({ below = [] }) => below)} />
          </div>
        ))}
      </div>
    </details>
  )
}

function Outcome({ outcome }: Pick<ExplainedFlag['answers'][number], 'outcome'>): VNode {
  const { variant, value, reason, errorCode, errorDetails } = outcome
  if (errorCode !== undefined) {
    return (
      <span>
        an error:{' '}
        <span class="quiet">
          {errorCode}
          {errorDetails === undefined ? '' : `, ${errorDetails}`}
        </span>
      </span>
    )
  }
  return (
    <span>
      {value === undefined ? defaultWords : <code>{JSON.stringify(value)}</code>}{' '}
      <span class="quiet">
        {variant === undefined ? '' : `${variant}, `}
        {reason}
      </span>
    </span>
  )
}
