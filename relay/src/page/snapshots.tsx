/** What an environment has served and could serve again. */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { SnapshotsAnswer } from '../management/snapshots.js'
import type { EnvironmentReport } from '../management/status.js'
import { ask, withQuery, type Asked } from './ask.js'
import { ConfirmedButton } from './confirmed-button.js'
import { Problem, Tag } from './parts.js'
import { useAnswer } from './use-answer.js'
import { ago, counted } from './words.js'

type Listed = SnapshotsAnswer['snapshots'][number]

interface SnapshotsProps {
  readonly environment: EnvironmentReport
  readonly isChangeAllowed: boolean
  readonly nowMs: number
}

/** The list, and the way back where changes are allowed. */
export function Snapshots({ environment, isChangeAllowed, nowMs }: SnapshotsProps): VNode {
  const { name, revision, held, activated } = environment
  const [changed, setChanged] = useState<Asked<SnapshotsAnswer> | null>(null)
  const since = `${revision} ${activated?.id} ${held?.revision}`
  const asked = useAnswer<SnapshotsAnswer>(withQuery('/snapshots', { environment: name }), since)
  const change: Change = async (address, what) => {
    setChanged(await ask<SnapshotsAnswer>(address, { environment: name, ...what }))
  }
  if (asked === null) return <p>One moment ...</p>
  if (!asked.ok) return <Problem message={asked.message} />
  const { snapshots } = asked.answer
  const activate = (snapshot: string): Promise<void> => change('/snapshots/activate', { snapshot })
  return (
    <>
      {changed?.ok === false && <Problem message={changed.message} />}
      {!isChangeAllowed && <p class="quiet">Nothing can be changed here: management.allowChanges is not set.</p>}
      <Decisions environment={environment} nowMs={nowMs} change={isChangeAllowed ? change : null} />
      {snapshots.length === 0 && (
        <p>
          {environment.stores.length === 0
            ? 'None is kept: set snapshots.directory to keep them.'
            : 'None is kept yet.'}
        </p>
      )}
      {snapshots.length === 1 && (
        <p class="quiet">Nothing but what is served is kept so far: there is nothing to go back to.</p>
      )}
      <ul class="rows">
        {snapshots.map((each) => (
          <li key={each.id}>
            <Snapshot snapshot={each} nowMs={nowMs} activate={isChangeAllowed ? activate : null} />
          </li>
        ))}
      </ul>
    </>
  )
}

type Change = (
  address: '/snapshots/activate' | '/snapshots/confirm',
  what: Readonly<Record<string, string>>,
) => Promise<void>

interface DecisionsProps {
  readonly environment: EnvironmentReport
  readonly nowMs: number
  /** null: not allowed. */
  readonly change: Change | null
}

/** Where somebody has decided, or has to. */
function Decisions({ environment: { held, activated }, nowMs, change }: DecisionsProps): VNode {
  return (
    <>
      {activated !== null && (
        <div class="finding">
          <p>
            Somebody has gone back to {activated.id} {ago(activated.since, nowMs)}; what the upstream has is held back.
          </p>
          {change !== null && (
            <ConfirmedButton
              action="Let the upstream decide again"
              onConfirm={() => change('/snapshots/activate', { snapshot: 'latest' })}
            />
          )}
        </div>
      )}
      {held?.reason === 'blast-radius' && (
        <div class="finding">
          <p>
            Revision {held.revision} is held back: it takes away {counted(held.removed, 'flag')} and switches off{' '}
            {held.switchedOff}.
          </p>
          {change !== null && (
            <ConfirmedButton
              action="Serve it all the same"
              onConfirm={() => change('/snapshots/confirm', { revision: held.revision })}
            />
          )}
        </div>
      )}
    </>
  )
}

interface SnapshotProps {
  readonly snapshot: Listed
  readonly nowMs: number
  /** null: not allowed. */
  readonly activate: ((id: string) => Promise<void>) | null
}

function Snapshot({ snapshot, nowMs, activate }: SnapshotProps): VNode {
  const { id, flagCount, servedAtMs, stores, isServed } = snapshot
  return (
    <>
      <div>
        <code>{id}</code> {isServed && <Tag text="served" kind="fresh" />}
      </div>
      <div class="quiet">
        {counted(flagCount, 'flag')}, first served {ago(new Date(servedAtMs).toISOString(), nowMs)}, kept by:{' '}
        {stores.join(', ')}
      </div>
      {activate !== null && !isServed && (
        <ConfirmedButton action="Go back to this" about={id} onConfirm={() => activate(id)} />
      )}
    </>
  )
}
