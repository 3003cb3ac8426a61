/** How many streams may be open, per key and in all. */
import type { Access } from '../../environments/environment.js'
import type { Exchange } from '../exchange.js'
import { refuse } from '../respond.js'
import type { StreamSettings } from './stream-settings.js'

export interface Admission {
  /** Counts one more stream; refuses the request and returns false where that is one too many. */
  admit(exchange: Exchange, access: Access): boolean
  leave(access: Access): void
}

/** Seconds. Streams last for long, so there is no use in asking again soon. */
const retryAfterSeconds = '30'

export function createAdmission({ max, maxPerKey }: Pick<StreamSettings, 'max' | 'maxPerKey'>): Admission {
  const byKey = new Map<Access, number>()
  let all = 0
  return {
    admit(exchange, access) {
      const ofKey = byKey.get(access) ?? 0
      const headers = ['Retry-After', retryAfterSeconds]
      if (ofKey >= maxPerKey) {
        exchange.plane.refusals.count('streams')
        refuse(exchange, 429, { errorDetails: 'too many streams are open with this key', headers })
        return false
      }
      if (all >= max) {
        exchange.plane.refusals.count('streams')
        refuse(exchange, 503, { errorDetails: 'too many streams are open', headers })
        return false
      }
      byKey.set(access, ofKey + 1)
      all += 1
      return true
    },
    leave(access) {
      const rest = (byKey.get(access) ?? 1) - 1
      if (rest > 0) byKey.set(access, rest)
      else byKey.delete(access)
      all -= 1
    },
  }
}
