/** An upstream that is another relay: this one is an edge then, and the other one its hub. */
import { z } from 'zod'
import { connectionShape, withHttpUnits, type HttpOptions } from '../http-options.js'
import { certificates, duration, httpUrl, privateKey, secret, type UpstreamSchema } from '../option-types.js'

export interface SwitchyardOptions extends HttpOptions {
  readonly type: 'switchyard'
  /** One of the hub's server keys: it tells which environment is meant. Absent: the hub wants none. */
  readonly serverKey?: string
  /** Whether changes come over the ruleset stream; polling then only stands in for it. */
  readonly streaming: boolean
  readonly idleTimeoutMs: number
  readonly pollIntervalMs: number
}

/** Schema of `upstream: { type: switchyard, ... }`. */
export const switchyardOptions: UpstreamSchema<SwitchyardOptions> = z
  .strictObject({
    type: z.literal('switchyard').meta({ description: 'The flags come from another relay, the hub.' }),
    serverKey: secret().exactOptional().meta({
      description: 'One of the server keys that the hub has for the environment. Absent: the hub asks for none.',
    }),
    baseUrl: httpUrl().meta({ description: "Address of the hub's data plane." }),
    ...connectionShape(),
    certificate: certificates().exactOptional().meta({
      description: 'Certificate that is shown to the hub, where it asks for one; needs `key`.',
    }),
    key: privateKey().exactOptional().meta({ description: 'Private key of that certificate, not encrypted.' }),
    streaming: z.boolean().prefault(true).meta({
      description: "Whether changes come over the hub's ruleset stream. While it cannot be had, the hub is polled.",
    }),
    idleTimeout: duration(10).prefault('60s').meta({
      description:
        "Longest silence on the stream before it counts as dead; longer than one and a quarter of the hub's `server.streams.heartbeat`.",
    }),
    pollInterval: duration(10)
      .prefault('10s')
      .meta({ description: 'How often the hub is asked while there is no stream.' }),
  })
  .transform(({ idleTimeout, pollInterval, ...rest }) =>
    withHttpUnits({ ...rest, idleTimeoutMs: idleTimeout, pollIntervalMs: pollInterval }),
  )
