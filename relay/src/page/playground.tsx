/** The playground: what every flag answers to somebody, and why; two somebodies side by side. */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { EnvironmentReport } from '../management/status.js'
import type { Asked } from './ask.js'
import { readContext, type TypedContext } from './context-text.js'
import { explainFlags, type ExplainedFlag, type PlaygroundAnswer } from './playground-answers.js'
import { Lines, linesOf, Problem, Tag } from './parts.js'
import { counted } from './words.js'

const names = ['Context', 'Second context'] as const

/** As it was typed; what is wrong with it is shown beside it. */
interface Asking {
  readonly texts: readonly string[]
  readonly search: string
}

/** Asks when it is told to, and again when another revision is served. */
export function Playground({ environment: { name, revision } }: { readonly environment: EnvironmentReport }): VNode {
  const [texts, setTexts] = useState<readonly string[]>(['{\n  "targetingKey": "user-1"\n}'])
  const [search, setSearch] = useState('')
  const [asking, setAsking] = useState<Asking | null>(null)
  const asked = useExplanations(name, revision, asking)
  const submit = (event: Event): void => {
    event.preventDefault()
    setAsking({ texts, search })
  }
  return (
    <>
      <form onSubmit={submit}>
        <div class="side-by-side">
          {texts.map((text, index) => (
            <ContextField
              key={index}
              name={names[index] ?? ''}
              text={text}
              typed={asking === null ? null : readContext(text)}
              onText={(changed) => setTexts(texts.map((each, at) => (at === index ? changed : each)))}
            />
          ))}
        </div>
        <label>
          Only flags with this in their key
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
        <p class="buttons">
          <button type="submit">Explain</button>
          <button type="button" onClick={() => setTexts(texts.length > 1 ? texts.slice(0, 1) : [...texts, ...texts])}>
            {texts.length > 1 ? 'One context only' : 'Compare with a second context'}
          </button>
        </p>
      </form>
      {asked?.ok === false && <Problem message={asked.message} />}
      {asked?.ok === true && <Answers answer={asked.answer} />}
    </>
  )
}

/** null while nothing was asked, and while what was typed is no context. */
function useExplanations(
  environment: string,
  revision: string | null,
  asking: Asking | null,
): Asked<PlaygroundAnswer> | null {
  const [asked, setAsked] = useState<Asked<PlaygroundAnswer> | null>(null)
  useEffect(() => {
    const typed = asking?.texts.map(readContext) ?? []
    const contexts = typed.flatMap((each) => (each.ok ? [each.context] : []))
    if (asking === null || contexts.length < typed.length) return setAsked(null)
    let isGone = false
    const explain = async (): Promise<void> => {
      const answer = await explainFlags({ environment, search: asking.search, contexts })
      if (!isGone) setAsked(answer)
    }
    void explain()
    return () => {
      isGone = true
    }
  }, [environment, revision, asking])
  return asked
}

interface ContextFieldProps {
  readonly name: string
  readonly text: string
  /** null: nobody has asked yet, so nothing is wrong yet. */
  readonly typed: TypedContext | null
  readonly onText: (text: string) => void
}

function ContextField({ name, text, typed, onText }: ContextFieldProps): VNode {
  const isWrong = typed?.ok === false
  return (
    <div>
      <label>
        {name}
        <textarea
          rows={6}
          spellcheck={false}
          value={text}
          aria-invalid={isWrong}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      </label>
      {isWrong && <Problem message={typed.message} />}
    </div>
  )
}

function Answers({ answer: { revision, found, flags } }: { readonly answer: PlaygroundAnswer }): VNode {
  const rest = found - flags.length
  const differing = flags.filter(({ isDifferent }) => isDifferent).length
  const isCompared = flags.some(({ answers }) => answers.length > 1)
  return (
    <>
      <h2>Answers</h2>
      <p class="quiet" role="status">
        {counted(flags.length, 'flag')} of revision {revision}
        {rest > 0 && `; ${counted(rest, 'more flag')} fit: narrow the search to see them`}
        {isCompared && `; ${differing === 0 ? 'both contexts get the same' : `${differing} differ`}`}
      </p>
      {flags.map((flag) => (
        <Answer key={flag.key} flag={flag} />
      ))}
    </>
  )
}

function Answer({ flag: { key, answers, isDifferent } }: { readonly flag: ExplainedFlag }): VNode {
  return (
    <details class="answer">
      <summary>
        <span class="key">{key}</span> {isDifferent && <Tag text="differs" />}
        <span class="side-by-side">
          {answers.map(({ outcome }, index) => (
            <span key={index}>
              <code>{outcome.value === undefined ? "the application's default" : JSON.stringify(outcome.value)}</code>{' '}
              <span class="quiet">
                {outcome.variant === undefined ? '' : `${outcome.variant}, `}
                {outcome.errorCode ?? outcome.reason}
              </span>
            </span>
          ))}
        </span>
      </summary>
      <div class="side-by-side">
        {answers.map(({ text }, index) => (
          <Lines key={index} lines={linesOf(text)} />
        ))}
      </div>
    </details>
  )
}
