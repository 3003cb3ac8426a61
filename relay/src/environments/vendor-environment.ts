import type { Ruleset } from '@switchyard/engine'

/** The vendor's own identifier of the environment that a ruleset is of, null where its documents have none. */
export function vendorEnvironmentOf({ info }: Ruleset): string | null {
  const id = info?.['environmentId']
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null
}
