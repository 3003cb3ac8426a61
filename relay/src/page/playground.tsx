/** The playground: what every flag answers to somebody, and why; two somebodies side by side. */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { EnvironmentReport } from '../management/status.js'
import type { Asked } from './ask.js'
import { readContext, type TypedContext } from './context-text.js'
import { explainFlags, type PlaygroundAnswer } from './playground-answers.js'
import { ExplainedFlags } from './explained-flags.js'
import { Problem } from './parts.js'

const names = ['Context', 'Second context'] as const

/** What stands in the playground before anybody has typed. */
export const firstTexts: readonly string[] = ['{\n  "targetingKey": "user-1"\n}']

interface PlaygroundProps {
  readonly environment: EnvironmentReport
  /** The flag that it is about; undefined: all of them. */
  readonly flagKey: string | undefined
  /** The contexts, as typed: kept while somebody looks at other views. */
  readonly texts: readonly string[]
  readonly setTexts: (texts: readonly string[]) => void
}

/** As it was typed; what is wrong with it is shown beside it. */
interface Asking {
  readonly texts: readonly string[]
  readonly search: string
}

/** Asks when it is told to, and again when another revision is served. */
export function Playground({ environment, flagKey = '', texts, setTexts }: PlaygroundProps): VNode {
  const { name, revision } = environment
  const [search, setSearch] = useState(flagKey)
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
      {asked?.ok === true && <ExplainedFlags answer={asked.answer} names={names} />}
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
