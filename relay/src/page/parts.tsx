/** Small parts that several views show. */
import type { VNode } from 'preact'
import type { Line } from '@switchyard/engine'
import type { EnvironmentReport } from '../management/status.js'

/** What went wrong, said at once to those who only hear the page. */
export function Problem({ message }: { readonly message: string }): VNode {
  return (
    <p class="problem" role="alert">
      {message.charAt(0).toUpperCase()}
      {message.slice(1)}
    </p>
  )
}

/** A word with a colour; the word alone says it, too. */
export function Tag({ text, kind = text }: { readonly text: string; readonly kind?: string }): VNode {
  return <span class={`tag tag-${kind}`}>{text}</span>
}

/** Where there is nothing to show because the relay has nothing. */
export function NoData({ environment: { name, lastError } }: { readonly environment: EnvironmentReport }): VNode {
  const why = lastError === null ? '' : `. The last try: ${lastError.code}, ${lastError.message}`
  return <Problem message={`there is no data of ${name} yet${why}`} />
}

/** Lines below each other, the lesser ones indented. */
export function Lines({ lines }: { readonly lines: readonly Line[] }): VNode {
  return (
    <ul class="lines">
      {lines.map(({ text, below = [] }, index) => (
        <li key={index}>
          <MarkedText text={text} />
          {below.length > 0 && <Lines lines={below} />}
        </li>
      ))}
    </ul>
  )
}

/** A condition of an explanation begins with its verdict. */
function MarkedText({ text }: { readonly text: string }): VNode {
  const [, verdict, rest = ''] = /^(yes|no) +(.*)$/s.exec(text) ?? []
  if (verdict === undefined) return <span class={isAside(text) ? 'quiet' : undefined}>{text}</span>
  return (
    <span>
      <Tag text={verdict} /> {rest}
    </span>
  )
}

/** What comes along with an answer, and explains nothing. */
function isAside(text: string): boolean {
  return /^(?:as another type|metadata): /.test(text)
}
