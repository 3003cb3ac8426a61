/** An upstream that is a Flagsmith environment. */
import { z } from 'zod'
import { httpShape, withHttpUnits, type HttpOptions } from '../http-options.js'
import { duration, httpUrl, secret, type UpstreamSchema } from '../option-types.js'

export interface FlagsmithOptions extends HttpOptions {
  readonly type: 'flagsmith'
  /** Server-side key: `ser.` and random text. */
  readonly environmentKey: string
  readonly pollIntervalMs: number
  /** Whether changes are announced by Flagsmith's event stream. */
  readonly realtime: boolean
  /** Without a slash at its end. */
  readonly realtimeUrl: string
  /** Whether a disabled flag answers its value instead of the caller's default. */
  readonly serveDisabledValues: boolean
}

/** Schema of `upstream: { type: flagsmith, ... }`. */
export const flagsmithOptions: UpstreamSchema<FlagsmithOptions> = z
  .strictObject({
    type: z.literal('flagsmith').meta({ description: 'The flags are in Flagsmith, hosted or your own.' }),
    environmentKey: secret().meta({ description: 'Server-side key of the environment; it starts with `ser.`.' }),
    ...httpShape('https://edge.api.flagsmith.com/api/v1'),
    pollInterval: duration(10)
      .prefault('10s')
      .meta({ description: 'How often the environment document is asked for.' }),
    realtime: z.boolean().prefault(false).meta({
      description: "Whether to listen to Flagsmith's event stream too; the project must have it switched on.",
    }),
    realtimeUrl: httpUrl()
      .prefault('https://realtime.flagsmith.com')
      .meta({ description: 'Where the event stream is.' }),
    serveDisabledValues: z
      .boolean()
      .prefault(false)
      .meta({ description: "Whether a disabled flag answers its value instead of the caller's default." }),
  })
  .transform(({ pollInterval, ...rest }) => withHttpUnits({ ...rest, pollIntervalMs: pollInterval }))
