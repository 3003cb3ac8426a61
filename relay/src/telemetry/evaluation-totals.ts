/** Evaluations by flag, variant and reason, in a bounded number of series. */

/** How often a flag gave a variant for a reason. */
export interface EvaluationSeries {
  readonly flagKey: string
  /** Empty where the answer had none. */
  readonly variant: string
  readonly reason: string
  /** Never falls. */
  readonly count: number
}

export type EvaluationLabels = Omit<EvaluationSeries, 'count'>

export interface EvaluationTotals {
  add(labels: EvaluationLabels, count: number): void
  /** Says which flags exist, so that those that are gone can make room. */
  flagsNow(flagKeys: readonly string[]): void
  /** In no particular order. */
  read(): readonly EvaluationSeries[]
}

/** In place of a flag that does not exist or finds no room, and of a variant that is no listed one. */
export const otherLabel = 'other'

/** Most series kept; what comes beyond is counted under `otherLabel`. A label set must not grow with the input. */
const maxEvaluationSeries = 2_000

/** Creates totals of nothing. */
export function createEvaluationTotals(limit: number = maxEvaluationSeries): EvaluationTotals {
  const series = new Map<string, { readonly labels: EvaluationLabels; count: number }>()
  let flagKeys: readonly string[] = []
  let mayHoldVanished = false

  const forgetVanished = (): void => {
    const existing = new Set([...flagKeys, otherLabel])
    for (const [id, { labels }] of series) if (!existing.has(labels.flagKey)) series.delete(id)
    mayHoldVanished = false
  }
  const add = (labels: EvaluationLabels, count: number): void => {
    const id = JSON.stringify([labels.flagKey, labels.variant, labels.reason])
    const known = series.get(id)
    if (known !== undefined) {
      known.count += count
      return
    }
    if (series.size >= limit && mayHoldVanished) forgetVanished()
    // The overflow's own series, one for each reason, are the only ones beyond the limit.
    if (series.size < limit || labels.flagKey === otherLabel) series.set(id, { labels, count })
    else add({ flagKey: otherLabel, variant: otherLabel, reason: labels.reason }, count)
  }

  return {
    add,
    flagsNow: (now) => {
      flagKeys = now
      mayHoldVanished = true
    },
    read: () => Array.from(series.values(), ({ labels, count }) => ({ ...labels, count })),
  }
}
