/** The part of the schema that says who may ask, by address. */
import { z } from 'zod'
import { addressRange } from '../vendors/option-types.js'

/** Members of both planes. */
export function addressShape(): {
  readonly allowedAddresses: z.ZodPrefault<z.ZodArray<z.ZodType<string, string>>>
  readonly trustedProxies: z.ZodPrefault<z.ZodArray<z.ZodType<string, string>>>
} {
  return {
    allowedAddresses: z.array(addressRange()).prefault([]).meta({
      description: 'Who may ask, by IP address; everybody else gets 403. Empty: everybody may.',
    }),
    trustedProxies: z.array(addressRange()).prefault([]).meta({
      description: 'Proxies that tell in `X-Forwarded-For` who asks; of others the header does not count.',
    }),
  }
}
