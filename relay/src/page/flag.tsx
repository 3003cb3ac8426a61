/** One flag: what it answers to whom, in plain words. */
import type { VNode } from 'preact'
import type { FlagAnswer } from '../management/flags.js'
import type { EnvironmentReport } from '../management/status.js'
import { withQuery } from './ask.js'
import { Distribution } from './distribution.js'
import { Lines, Problem, Tag } from './parts.js'
import { addressOf } from './route.js'
import { useAnswer } from './use-answer.js'

/** Counts on the page are that old at most. */
const everyMs = 2_000

interface FlagProps {
  readonly environment: EnvironmentReport
  readonly flagKey: string
}

/** The rules of a flag and how often each variant was answered. */
export function FlagView({ environment: { name, revision, diagnostics }, flagKey }: FlagProps): VNode {
  const asked = useAnswer<FlagAnswer>(withQuery('/flag', { environment: name, key: flagKey }), revision, everyMs)
  if (asked === null) return <p>One moment ...</p>
  if (!asked.ok) return <Problem message={asked.message} />
  const { flag, rules } = asked.answer
  // The first member of a path names a part of the document, such as `flags`.
  const findings = diagnostics.filter(({ path }) => path.slice(1).includes(flagKey))
  return (
    <>
      <p class="quiet">
        {flag.type ?? 'no type'} in <a href={addressOf({ view: 'flags', environment: name })}>{name}</a>, for{' '}
        {audiences[flag.audience]} {flag.isDisabled && <Tag text="disabled" />}
      </p>
      {findings.map(({ message }) => (
        <p class="finding" key={message}>
          {message}
        </p>
      ))}
      <h2>Rules</h2>
      <Lines lines={rules} />
      <h2>Answers since the relay started</h2>
      <Distribution flag={flag} />
      <p>
        <a href={addressOf({ view: 'playground', environment: name, flagKey })}>Try a context in the playground</a>
      </p>
    </>
  )
}

const audiences = {
  all: 'server and client keys',
  server: 'server keys only',
  internal: 'other flags only',
} as const
