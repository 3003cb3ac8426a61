/** The flags of an environment, with a search. */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { FlagSummary } from '../management/flag-summary.js'
import type { FlagsAnswer } from '../management/flags.js'
import type { EnvironmentReport } from '../management/status.js'
import { withQuery } from './ask.js'
import { Distribution } from './distribution.js'
import { Problem, Tag } from './parts.js'
import { addressOf } from './route.js'
import { useAnswer } from './use-answer.js'
import { counted } from './words.js'

/** Counts on the page are that old at most. */
const everyMs = 4_000

/** A table of flags, at most as many as the relay answers at once. */
export function Flags({ environment: { name, revision } }: { readonly environment: EnvironmentReport }): VNode {
  const [search, setSearch] = useState('')
  const address = withQuery('/flags', { environment: name, search })
  const asked = useAnswer<FlagsAnswer>(address, revision, everyMs)
  return (
    <>
      <label>
        Search by key
        <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      </label>
      {asked === null && <p>One moment ...</p>}
      {asked?.ok === false && <Problem message={asked.message} />}
      {asked?.ok === true && <Found answer={asked.answer} />}
    </>
  )
}

function Found({ answer: { environment, found, flags } }: { readonly answer: FlagsAnswer }): VNode {
  const rest = found - flags.length
  return (
    <>
      <p class="quiet" role="status">
        {counted(found, 'flag')}
        {rest > 0 && `, of which the first ${flags.length} are here: search for a part of the key to see others`}
      </p>
      <ul class="rows">
        {flags.map((flag) => (
          <li key={flag.key}>
            <FlagRow flag={flag} environment={environment} />
          </li>
        ))}
      </ul>
    </>
  )
}

function FlagRow({ flag, environment }: { readonly flag: FlagSummary; readonly environment: string }): VNode {
  return (
    <>
      <div>
        <a class="key" href={addressOf({ view: 'flag', environment, flagKey: flag.key })}>
          {flag.key}
        </a>{' '}
        <span class="quiet">
          {flag.type ?? 'no type'}, {flag.isStatic ? 'the same for everybody' : 'by rules'}
        </span>{' '}
        {flag.isDisabled && <Tag text="disabled" />}{' '}
        {flag.audience !== 'all' && <Tag text={flag.audience} kind="audience" />}
      </div>
      <Distribution flag={flag} />
    </>
  )
}
