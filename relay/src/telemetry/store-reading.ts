/** How stores of snapshots do, as the metrics read it. */

/** What the metrics say of one store of an environment. */
export interface StoreReading {
  readonly name: string
  readonly isFailing: boolean
  readonly writes: Readonly<Record<string, number>>
  /** What was found there and not taken. */
  readonly passedOver: readonly { readonly kind: string; readonly reason: string }[]
}

/** One number for each kind and reason: names are no labels. */
export function countPassedOver(
  store: string,
  passedOver: StoreReading['passedOver'],
): readonly (readonly [Readonly<Record<string, string>>, number])[] {
  const counts = new Map<string, { labels: Record<string, string>; count: number }>()
  for (const { kind, reason } of passedOver) {
    const series = counts.get(`${kind} ${reason}`) ?? { labels: { store, kind, reason }, count: 0 }
    series.count += 1
    counts.set(`${kind} ${reason}`, series)
  }
  return [...counts.values()].map(({ labels, count }) => [labels, count] as const)
}
