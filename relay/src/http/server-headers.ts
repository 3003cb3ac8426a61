/** What answers tell servers of the revision behind them; client keys are not to learn it. */
import type { EvaluationCall } from './evaluation-call.js'

const none: readonly string[] = []

/** `Switchyard-Revision`, as name and value in turn. */
export function revisionHeader({ access, served }: EvaluationCall): readonly string[] {
  return access.audience === 'server' ? ['Switchyard-Revision', served.revision] : none
}

/**
 * The same for all flags, with `Switchyard-Valid-Ms` where the answer becomes another one by itself: after so many
 * milliseconds, or at once where flags read chance.
 */
export function revisionHeaders(call: EvaluationCall): readonly string[] {
  const revision = revisionHeader(call)
  if (revision === none) return none
  const { snapshot } = call.served
  const nowMs = call.exchange.plane.now()
  const validMs = snapshot.reads().random ? 0 : Math.max(0, Math.floor(snapshot.validUntil(nowMs) - nowMs))
  return Number.isFinite(validMs) ? [...revision, 'Switchyard-Valid-Ms', String(validMs)] : revision
}
