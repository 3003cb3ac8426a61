/** An upstream that is a Flagbase environment. */
import { z } from 'zod'
import { httpShape, withHttpUnits, type HttpOptions } from '../http-options.js'
import { duration, secret, type UpstreamSchema } from '../option-types.js'

export interface FlagbaseOptions extends HttpOptions {
  readonly type: 'flagbase'
  /** Server-side key: `sdk-server_` and a UUID. */
  readonly serverKey: string
  readonly pollIntervalMs: number
  /** Whether a variation's key also answers questions for booleans and numbers. */
  readonly typedVariations: boolean
}

/** Schema of `upstream: { type: flagbase, ... }`. */
export const flagbaseOptions: UpstreamSchema<FlagbaseOptions> = z
  .strictObject({
    type: z.literal('flagbase').meta({ description: 'The flags are in Flagbase.' }),
    serverKey: secret().meta({
      description: 'Server key of the environment; it starts with `sdk-server_`. Client keys do not see the rules.',
    }),
    ...httpShape('http://localhost:9051'),
    pollInterval: duration(10).prefault('10s').meta({
      description: "How often Flagbase's poller is asked. It has no cache: each request is a database query.",
    }),
    typedVariations: z.boolean().prefault(false).meta({
      description:
        'Whether a variation also answers other types: `true`, `on`, `treatment` are true, `false`, `off`, `control` false, digits a number.',
    }),
  })
  .transform(({ pollInterval, ...rest }) => withHttpUnits({ ...rest, pollIntervalMs: pollInterval }))
