/**
 * What a client says it has heard of: a revision that its answer must not come before. Whoever was told of a change by one replica may
 * ask another, to which the change is on its way.
 *
 * @see OFREP 0.3.0, `flagConfigEtag` and `flagConfigLastModified`
 */
import type { Environment } from '../../environments/environment.js'
import type { EvaluationCall } from '../evaluation-call.js'
import type { Exchange } from '../exchange.js'
import { queryParameter } from '../query-parameter.js'
import { guard } from '../respond.js'
import type { Configurations } from './configurations.js'
import { tagOfRevision } from './configuration-tag.js'

/** At least one of its members is there. */
export interface RevisionFloor {
  /** The configuration as an event named it, without quotes. */
  readonly tag: string | null
  /** The revision itself, or its tag, from `Switchyard-Revision`. */
  readonly revision: string | null
  readonly sequence: number | null
  /** When the configuration was changed, in seconds. */
  readonly modifiedAtSeconds: number | null
}

/** null where the request says nothing of that kind, which is nearly always. */
export function revisionFloor({ request }: Exchange): RevisionFloor | null {
  const { url = '', headers } = request
  const header = headers['switchyard-revision']
  if (header === undefined && !url.includes('flagConfig')) return null
  const [, sequence, revision] = /^(?:(\d{1,15})-)?([0-9a-f]{16})$/.exec(String(header ?? '').trim()) ?? []
  const etag = queryParameter(url, 'flagConfigEtag')
  const modified = /^\d{1,12}$/.exec(queryParameter(url, 'flagConfigLastModified') ?? '')?.[0]
  return {
    tag: etag === undefined ? null : etag.replace(/^(?:W\/)?"(.*)"$/, '$1'),
    revision: revision ?? null,
    sequence: sequence === undefined ? null : Number(sequence),
    modifiedAtSeconds: modified === undefined ? null : Number(modified),
  }
}

/**
 * Goes on with the call once the floor is reached, or without it after the wait that the limits allow. Nothing is started: only a swap that
 * is under way can end the wait. Where revisions are ordered, an answer from below the floor says so: its state is `behind`.
 */
export function afterFloor(call: EvaluationCall, floor: RevisionFloor, proceed: (call: EvaluationCall) => void): void {
  const { exchange, access } = call
  const { environment } = access
  const { limits, streams } = exchange.plane
  const { configurations } = streams.of(environment)
  const go = (): void =>
    guard(exchange, () => {
      const isBehind = standing(floor, environment, configurations) === 'behind'
      exchange.state = isBehind ? 'behind' : environment.state
      proceed({ ...call, served: environment.served ?? call.served })
    })
  configurations.whenTrue(() => standing(floor, environment, configurations) === 'reached', limits.freshnessWaitMs, go)
}

/** `unknown`: nobody can tell whether what the client names is before or behind what is served. */
type Standing = 'reached' | 'unknown' | 'behind'

function standing(floor: RevisionFloor, environment: Environment, configurations: Configurations): Standing {
  const { served, isOrdered = false } = environment
  if (served === null) return 'unknown'
  const { tag, revision, sequence, modifiedAtSeconds } = floor
  const named = [tag, revision, revision === null ? null : tagOfRevision(revision)].filter((each) => each !== null)
  if (named.some((each) => configurations.knows(each))) return 'reached'
  if (isOrdered) {
    if (sequence !== null) return sequence > served.sequence ? 'behind' : 'reached'
    if (modifiedAtSeconds !== null) {
      return modifiedAtSeconds > Math.floor(served.sinceMs / 1_000) ? 'behind' : 'reached'
    }
  }
  // What is no name of ours never comes.
  return named.some((each) => /^[0-9a-f]{16}$/.test(each)) ? 'unknown' : 'reached'
}
