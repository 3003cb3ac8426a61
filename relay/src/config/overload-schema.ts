/** The part of the schema that says how much is too much. */
import { z } from 'zod'
import { duration } from '../vendors/option-types.js'
import type { OverloadConfiguration } from './configuration.js'

/** What is refused so that the rest is answered in time (ADR 0019). */
export const overload: z.ZodType<OverloadConfiguration, object> = z
  .strictObject({
    maxEventLoopDelay: duration(0).prefault('500ms').meta({
      description:
        'While the event loop has been later than that for two seconds, only answers made before are given; `0s`: all are, always.',
    }),
    ratePerKey: z.int().min(0).max(1_000_000).prefault(0).meta({
      description:
        'Fresh evaluations a second with one key, in one process; 0: any number. What was answered before does not count.',
    }),
    burstPerKey: z
      .int()
      .min(1)
      .max(10_000_000)
      .prefault(1_000)
      .meta({ description: 'How many of them a key that was quiet may ask for at once.' }),
  })
  .transform(({ maxEventLoopDelay, ...rest }) => ({ ...rest, maxEventLoopDelayMs: maxEventLoopDelay }))
