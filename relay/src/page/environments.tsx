/** The first view: how each environment is. */
import type { ComponentChildren, VNode } from 'preact'
import type { EnvironmentReport, RelayStatus } from '../management/status.js'
import type { Live } from './live.js'
import { Tag } from './parts.js'
import { addressOf, views } from './route.js'
import { ago, amount, counted, duration, perSecond } from './words.js'

/** All environments, in the order of the configuration. */
export function Environments({ status, live }: { readonly status: RelayStatus; readonly live: Live }): VNode {
  return (
    <>
      <p class="quiet">
        Switchyard {status.version} has run for {duration(status.uptimeSeconds * 1_000)} and is{' '}
        {status.readiness.status}; {counted(status.environments.length, 'environment')}.
      </p>
      <div class="cards">
        {status.environments.map((each) => (
          <Environment key={each.name} environment={each} nowMs={live.atMs} rate={live.rates.get(each.name)} />
        ))}
      </div>
    </>
  )
}

interface EnvironmentProps {
  readonly environment: EnvironmentReport
  readonly nowMs: number
  readonly rate: number | undefined
}

function Environment(props: EnvironmentProps): VNode {
  const { name, state } = props.environment
  return (
    <section class="card" aria-labelledby={`environment-${name}`}>
      <h2 id={`environment-${name}`}>
        <a href={addressOf({ view: 'flags', environment: name })}>{name}</a> <Tag text={state} />
      </h2>
      <Facts {...props} />
      <p class="links">
        {views.map((view) => (
          <a key={view} href={addressOf({ view, environment: name })} aria-label={`${view} of ${name}`}>
            {view}
          </a>
        ))}
      </p>
    </section>
  )
}

function Facts({ environment, nowMs, rate }: EnvironmentProps): VNode {
  const { state, stateSince, required, vendor, upstream, revision, servedSince, confirmedAt, lastError, counts } =
    environment
  const findings = addressOf({ view: 'diagnostics', environment: environment.name })
  return (
    <dl>
      <Fact name="State">
        {state} (for {duration(nowMs - Date.parse(stateSince))}){required ? '' : ', not required'}
      </Fact>
      <Fact name="Upstream">{`${vendor}: ${upstream}`}</Fact>
      <Fact name="Confirmed">{ago(confirmedAt, nowMs)}</Fact>
      <Fact name="Revision">
        {revision === null ? 'no data yet' : <code>{revision}</code>}
        {servedSince !== null && `, served for ${duration(nowMs - Date.parse(servedSince))}`}
      </Fact>
      <Fact name="Flags">{amount(counts.flags)}</Fact>
      <Fact name="Requests">
        {rate === undefined ? '' : `${perSecond(rate)}; `}
        {amount(counts.requests)} since the start
      </Fact>
      <Fact name="Answers">
        {amount(counts.evaluations)} by the relay, {amount(counts.inProcessEvaluations)} inside applications
      </Fact>
      <Fact name="Findings">
        {counts.diagnostics === 0 ? 'none' : <a href={findings}>{counted(counts.diagnostics, 'finding')}</a>}
      </Fact>
      <Fact name="Last error">
        {lastError === null ? (
          'none'
        ) : (
          <>
            <code>{lastError.code}</code> {ago(lastError.at, nowMs)}: {lastError.message}
          </>
        )}
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
