/** An upstream that is a FeatBit environment. */
import { z } from 'zod'
import { httpShape, withHttpUnits, type HttpOptions } from '../http-options.js'
import { duration, secret, type UpstreamSchema } from '../option-types.js'

export interface FeatBitOptions extends HttpOptions {
  readonly type: 'featbit'
  /** Secret of the type "server": 44 characters. */
  readonly serverSecret: string
  /** Whether changes come over a WebSocket; polling then only stands in for it. */
  readonly streaming: boolean
  readonly pingIntervalMs: number
  readonly pollIntervalMs: number
  readonly fullSyncIntervalMs: number
  /** What becomes of a condition on an attribute that the user does not have. */
  readonly missingAttributes: 'empty-string' | 'no-match'
}

/** Schema of `upstream: { type: featbit, ... }`. */
export const featBitOptions: UpstreamSchema<FeatBitOptions> = z
  .strictObject({
    type: z.literal('featbit').meta({ description: 'The flags are in FeatBit, hosted or your own.' }),
    serverSecret: secret().meta({
      description: 'Server key of the environment. FeatBit refuses a client key, unless it is only polled.',
    }),
    ...httpShape('https://app-eval.featbit.co'),
    streaming: z.boolean().prefault(true).meta({
      description: 'Whether changes come over a WebSocket. While it cannot be had, FeatBit is polled.',
    }),
    pingInterval: duration(10).prefault('15s').meta({
      description: 'How often the WebSocket is tested. After twice that time without a word it is opened anew.',
    }),
    pollInterval: duration(10)
      .prefault('10s')
      .meta({ description: 'How often FeatBit is asked while there is no WebSocket.' }),
    fullSyncInterval: duration(10).prefault('5m').meta({
      description: 'How often everything is asked for instead of changes: FeatBit does not announce deletions.',
    }),
    missingAttributes: z.enum(['empty-string', 'no-match']).prefault('empty-string').meta({
      description:
        "What a condition on an attribute that the user does not have compares with: the empty text, as FeatBit's server does, or nothing, so that it never matches.",
    }),
  })
  .transform(({ pingInterval, pollInterval, fullSyncInterval, ...rest }) =>
    withHttpUnits({
      ...rest,
      pingIntervalMs: pingInterval,
      pollIntervalMs: pollInterval,
      fullSyncIntervalMs: fullSyncInterval,
    }),
  )
