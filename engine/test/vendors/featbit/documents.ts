/** Small environments, written as the wire would deliver them. */
type Entry = Readonly<Record<string, unknown>>

/** A boolean flag that is on and serves `yes` to everybody. */
export function flagEntry(members: Entry = {}): Entry {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    envId: '00000000-0000-4000-8000-0000000000ee',
    name: 'a flag',
    key: 'f',
    variationType: 'boolean',
    variations: [
      { id: 'yes', name: 'on', value: 'true' },
      { id: 'no', name: 'off', value: 'false' },
    ],
    targetUsers: [],
    rules: [],
    isEnabled: true,
    disabledVariationId: 'no',
    fallthrough: { dispatchKey: null, includedInExpt: false, variations: [all('yes')] },
    exptIncludeAllTargets: false,
    tags: [],
    updatedAt: '2026-01-05T08:00:00Z',
    isArchived: false,
    ...members,
  }
}

export function segmentEntry(members: Entry = {}): Entry {
  return {
    id: 's',
    envId: '00000000-0000-4000-8000-0000000000ee',
    name: 'a segment',
    included: [],
    excluded: [],
    rules: [],
    updatedAt: '2026-01-05T08:00:00Z',
    isArchived: false,
    ...members,
  }
}

/** A rollout entry that holds everybody. */
export function all(id: string): Entry {
  return { id, rollout: [0, 1], exptRollout: 1 }
}

export function share(id: string, from: number, to: number, exptRollout = 0): Entry {
  return { id, rollout: [from, to], exptRollout }
}

export function ruleEntry(conditions: readonly Entry[], members: Entry = {}): Entry {
  return {
    id: 'r',
    name: 'the rule',
    dispatchKey: null,
    includedInExpt: false,
    conditions,
    variations: [all('yes')],
    ...members,
  }
}

export function condition(property: string, op: string | null, value: unknown): Entry {
  return { id: 'c', property, op, value }
}

/** A flag that serves `yes` where all conditions are true, otherwise `no`. */
export function conditionalEntry(conditions: readonly Entry[], members: Entry = {}): Entry {
  return flagEntry({ rules: [ruleEntry(conditions)], fallthrough: { variations: [all('no')] }, ...members })
}

export function payload(featureFlags: readonly unknown[], segments: readonly unknown[] = []): Entry {
  return { eventType: 'full', featureFlags, segments }
}

export function message(data: Entry): Entry {
  return { messageType: 'data-sync', data }
}
