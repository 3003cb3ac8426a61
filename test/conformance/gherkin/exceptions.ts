/** Which scenarios do not pass, with which provider and upstream, and why. Whatever is not here passes. */
import type { ProviderName } from './providers.js'
import type { Scenario } from './scenarios.js'

export type UpstreamName = 'flagd' | 'Flagsmith'

export interface Exception {
  /** The providers and upstreams that it is about; all where absent. */
  readonly providers?: readonly ProviderName[]
  readonly upstreams?: readonly UpstreamName[]
  /** Tags, with their `@`, or beginnings of titles. */
  readonly scenarios: readonly string[]
  /** Beginning of the step that fails. */
  readonly at: string
  readonly why: string
}

/** Whether the exception is about that scenario. */
export function isAbout({ scenarios }: Exception, { title, tags }: Scenario): boolean {
  return scenarios.some((each) => (each.startsWith('@') ? tags.includes(each) : title.startsWith(each)))
}

/** The exceptions for such a pair. */
export function exceptionsFor(
  exceptions: readonly Exception[],
  provider: ProviderName,
  upstream: UpstreamName,
): Exception[] {
  return exceptions.filter(
    ({ providers = [provider], upstreams = [upstream] }) =>
      providers.includes(provider) && upstreams.includes(upstream),
  )
}
