/** An upstream that is an environment of CloudBees Feature Management. */
import { z } from 'zod'
import { connectionShape, withHttpUnits, type HttpOptions } from '../http-options.js'
import { attributeName, duration, httpUrl, secret, type UpstreamSchema } from '../option-types.js'
import { environmentKeyForm, productOf } from './environment-key.js'

/** `baseUrl` is where configurations are read. */
export interface CloudBeesOptions extends HttpOptions {
  readonly type: 'cloudbees'
  readonly environmentKey: string
  /** Whether a configuration is looked for at `baseUrl` before the API is asked to make it. */
  readonly cdn: boolean
  /** Without a slash at its end, like the next one. */
  readonly apiUrl: string
  readonly realtimeUrl: string
  /** Whether changes are announced by CloudBees' event stream. */
  readonly realtime: boolean
  readonly pollIntervalMs: number
  /** Says nothing about keys that are UUIDs, whose configurations are never verified. */
  readonly verifySignature: boolean
  /** The SDK whose configuration is asked for. */
  readonly platform: string
  readonly sdkVersion: string
  readonly apiVersion: string
  readonly stickinessAttribute?: string
  readonly datetimeAttributes?: readonly string[]
}

/** CloudBees' own servers. */
const hosted = {
  legacy: {
    baseUrl: 'https://conf.rollout.io',
    apiUrl: 'https://x-api.rollout.io',
    realtimeUrl: 'https://push.rollout.io',
  },
  platform: {
    baseUrl: 'https://rox-conf.cloudbees.io',
    apiUrl: 'https://api.cloudbees.io',
    realtimeUrl: 'https://sdk-notification-service.cloudbees.io',
  },
} as const

/** Schema of `upstream: { type: cloudbees, ... }`. */
export const cloudBeesOptions: UpstreamSchema<CloudBeesOptions> = z
  .strictObject({
    type: z.literal('cloudbees').meta({ description: 'The flags are in CloudBees Feature Management.' }),
    environmentKey: secret(environmentKeyForm, 'a key of 24 hexadecimal digits or a UUID').meta({
      description: 'SDK key of the environment: 24 hexadecimal digits, or a UUID in CloudBees Unify.',
    }),
    baseUrl: httpUrl().exactOptional().meta({
      description: 'Where configurations are read. Absent: from CloudBees, by the kind of the key.',
    }),
    ...connectionShape(),
    cdn: z.boolean().prefault(true).meta({
      description: 'Whether `baseUrl` is asked before the API. A self-managed server has nothing but the API.',
    }),
    apiUrl: httpUrl().exactOptional().meta({
      description: 'Where a configuration is made that is not there yet. Absent: `baseUrl`, where set, or CloudBees.',
    }),
    realtime: z.boolean().prefault(true).meta({
      description: "Whether to listen to CloudBees' event stream too. Without it changes are seen by polling alone.",
    }),
    realtimeUrl: httpUrl().exactOptional().meta({
      description: 'Where the event stream is. Absent: `baseUrl`, where set, or CloudBees.',
    }),
    pollInterval: duration(10).prefault('1m').meta({
      description: "How often the configuration is asked for. CloudBees' SDKs ask every 30s at most.",
    }),
    verifySignature: z.boolean().prefault(true).meta({
      description:
        'Whether configurations for a key of 24 digits must carry the signature of CloudBees; none is known for UUIDs.',
    }),
    platform: sdkText('C').meta({
      description: 'Platform of the SDK whose configuration is asked for, as CloudBees writes it: `C`, `Go`, `PHP` ...',
    }),
    sdkVersion: sdkText('5.0.0').meta({ description: 'Version of that SDK.' }),
    apiVersion: sdkText('1.9.0').meta({ description: 'Version of the API that this SDK uses.' }),
    stickinessAttribute: attributeName().exactOptional().meta({
      description: 'The attribute that answers for `rox.distinct_id` instead of the targeting key.',
    }),
    datetimeAttributes: z.array(attributeName()).exactOptional().meta({
      description: 'Attributes that are points in time, as epoch seconds or in the form of RFC 3339.',
    }),
  })
  .transform(({ pollInterval, baseUrl, apiUrl, realtimeUrl, ...rest }) => {
    const { environmentKey } = rest
    // Whoever names a server of their own wants nothing to go to CloudBees.
    const servers =
      baseUrl === undefined ? hosted[productOf(environmentKey)] : { baseUrl, apiUrl: baseUrl, realtimeUrl: baseUrl }
    return withHttpUnits({
      ...rest,
      baseUrl: servers.baseUrl,
      apiUrl: apiUrl ?? servers.apiUrl,
      realtimeUrl: realtimeUrl ?? servers.realtimeUrl,
      pollIntervalMs: pollInterval,
    })
  })

function sdkText(assumed: string): z.ZodPrefault<z.ZodType<string, string>> {
  return z
    .string()
    .regex(/^[!-~]([ -~]*[!-~])?$/)
    .meta({ expects: 'one line of printable ASCII' })
    .prefault(assumed)
}
