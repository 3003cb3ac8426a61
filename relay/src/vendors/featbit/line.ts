import type { SourceSink } from '../source.js'
import type { FeatBitOptions } from './options.js'
import type { Replica } from './replica.js'
import type { TokenClock } from './token-clock.js'

/** What the WebSocket and polling share: both keep up the same copy of the environment. */
export interface Line {
  readonly options: FeatBitOptions
  readonly replica: Replica
  readonly sink: SourceSink
  readonly clock: TokenClock
  /** `0 <= random() < 1` */
  readonly random: () => number
}
