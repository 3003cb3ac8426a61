/** The ruleset as it is sent to providers that evaluate in their own process. */
import { fromEntries, isRecord } from './json.js'
import type { SealedRuleset } from './seal.js'
import type { Flag, TargetEntry } from './types.js'

/**
 * A copy without what only a relay needs: `info`, and the vendors' own words (`native`) in outcomes. Revision and hashes are
 * those of the whole, so it is patched like it. Parts that lose nothing are taken over as they are, malformed ones too.
 */
export function providerView(ruleset: SealedRuleset): SealedRuleset {
  const { info: _info, flags, targets, ...rest } = ruleset
  return {
    ...rest,
    flags: mapParts(flags, withoutNative),
    ...(targets === undefined ? {} : { targets: mapParts(targets, entryWithoutNative) }),
  }
}

function mapParts<Part>(parts: { readonly [name: string]: Part }, map: (part: Part) => Part): { [name: string]: Part } {
  return fromEntries(Object.entries(parts).map(([name, part]) => [name, map(part)] as const))
}

function withoutNative(flag: Flag): Flag {
  const outcomes: unknown = isRecord(flag) ? flag.outcomes : undefined
  if (!Array.isArray(outcomes) || !outcomes.some(hasNative)) return flag
  return { ...flag, outcomes: outcomes.map(strip) }
}

function entryWithoutNative(entry: TargetEntry): TargetEntry {
  if (!isRecord(entry) || !Object.values(entry).some(hasNative)) return entry
  return mapParts(entry, strip)
}

function hasNative(outcome: unknown): boolean {
  return isRecord(outcome) && Object.hasOwn(outcome, 'native')
}

function strip<Value>(outcome: Value): Value {
  if (!isRecord(outcome)) return outcome
  const { native: _native, ...rest } = outcome
  return rest as Value
}
