import type { ReloadReading } from '../../src/reload/reloads.js'

/** Of a relay that has the configuration it was started with. */
export const noReloads: ReloadReading = {
  last: null,
  inEffectSinceMs: Date.UTC(2026, 0, 1),
  counts: { applied: 0, unchanged: 0, refused: 0 },
}
