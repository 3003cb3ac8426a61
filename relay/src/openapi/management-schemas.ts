/** The bodies of the management plane. */
import { boolean, integer, listOf, nullOr, object, oneOf, ref, text, time, type Schema } from './document.js'

const counts = { type: 'object', additionalProperties: integer }
const code = text('Upper snake case, explained in docs/errors.md')
const audience = oneOf('server', 'client')

const names = listOf(text(), 'Names of environments.')

const environments: Readonly<Record<string, Schema>> = {
  Status: object(
    {
      version: text(),
      node: text(),
      startedAt: time,
      uptimeSeconds: { type: 'number' },
      readiness: ref('Readiness'),
      allowsChanges: boolean,
      configuration: object({ inEffectSince: time, lastReload: nullOr(ref('Reload')) }),
      environments: listOf(ref('EnvironmentStatus')),
    },
    {
      workers: listOf(ref('Worker'), 'Where the relay does not serve by itself.'),
      certificates: listOf(ref('Certificate'), 'Where a plane speaks TLS.'),
    },
  ),
  Readiness: object(
    { status: oneOf('ready', 'waiting', 'stale', 'draining'), waiting: listOf(text()) },
    {
      stale: listOf(text(), 'Where `?fail-on=stale` was asked.'),
      workers: object({ serving: integer, configured: integer }),
    },
  ),
  Certificate: object({
    plane: oneOf('server', 'management'),
    use: oneOf('certificate', 'clientCa'),
    subject: text('Of the one that expires first.'),
    expiresAt: time,
    hasExpired: boolean,
  }),
  Worker: object({
    worker: integer,
    pid: nullOr(integer),
    state: oneOf('starting', 'serving', 'draining', 'dead'),
    since: time,
    deaths: integer,
    requests: integer,
    cpuSeconds: { type: 'number' },
    residentBytes: nullOr(integer),
    revisions: { type: 'object', additionalProperties: nullOr(text()) },
  }),
  Reload: object({
    outcome: oneOf('applied', 'unchanged', 'refused'),
    trigger: oneOf('signal', 'file', 'primary'),
    at: time,
    added: names,
    removed: names,
    changed: names,
    settings: listOf(text(), 'Paths of other settings that count from now on.'),
    needsRestart: listOf(text(), 'Paths of settings that count after a restart only.'),
    problems: listOf(object({ path: text(), message: text(), place: nullOr(text()) })),
  }),
  EnvironmentStatus: object(
    {
      name: text(),
      vendor: text(),
      upstream: text(),
      required: boolean,
      state: oneOf('waiting', 'fresh', 'stale', 'degraded', 'disconnected'),
      stateSince: time,
      revision: nullOr(text()),
      sequence: integer,
      servedSince: nullOr(time),
      confirmedAt: nullOr(time),
      lastError: nullOr(ref('Failure')),
      held: nullOr(ref('Held')),
      activated: nullOr(ref('Activated')),
      stores: listOf(ref('Store')),
      counts: object({
        flags: integer,
        requests: integer,
        evaluations: integer,
        inProcessEvaluations: integer,
        diagnostics: integer,
        fetches: counts,
      }),
      diagnostics: listOf(ref('Diagnostic'), 'The first hundred.'),
      keys: listOf(object({ audience, masked: text(), validUntil: nullOr(time), isExpired: boolean })),
    },
    { replica: object({ role: text(), since: time, fence: integer }) },
  ),
  Failure: object({ code, message: text(), at: time }),
  Diagnostic: object({ severity: oneOf('error', 'warning'), code, path: listOf(text()), message: text() }),
  Store: object({
    name: text(),
    description: text(),
    state: oneOf('working', 'failing'),
    since: time,
    lastError: nullOr(ref('Failure')),
    written: nullOr(text()),
    passedOver: listOf(
      object({
        kind: oneOf('snapshot', 'marks', 'decision'),
        name: text(),
        reason: oneOf('damaged', 'unsigned', 'signed', 'format', 'foreign', 'unreadable'),
      }),
      'What is there and is not taken.',
    ),
    writes: counts,
  }),
}

const flags: Readonly<Record<string, Schema>> = {
  Flags: object({
    environment: text(),
    revision: text(),
    found: { ...integer, description: 'How many there are that the search fits.' },
    flags: listOf(ref('FlagSummary'), 'The first two hundred.'),
  }),
  Flag: object({ environment: text(), revision: text(), flag: ref('FlagSummary'), rules: listOf(ref('Line')) }),
  FlagSummary: object({
    key: text(),
    type: { enum: ['boolean', 'string', 'number', 'object', 'mixed', null] },
    isDisabled: boolean,
    isStatic: boolean,
    audience: oneOf('all', 'server', 'internal'),
    outcomes: listOf(
      object({ variant: text(), isError: boolean, isComputed: boolean, value: nullOr(text()), reason: text() }),
    ),
    answers: listOf(object({ variant: text(), isError: boolean, remote: integer, inProcess: integer })),
  }),
  Line: object({ text: text() }, { below: listOf(ref('Line')) }),
  ExplainRequest: {
    ...object(
      {},
      {
        environment: text('Needed when there are several'),
        flag: { anyOf: [text(), listOf(text())], description: 'Without it all flags.' },
        context: { type: 'object' },
        now: time,
        redact: boolean,
        text: boolean,
      },
    ),
    additionalProperties: false,
  },
  Explanations: object(
    { revision: text(), environment: text(), explanations: listOf(ref('Explanation')) },
    { texts: listOf(text(), 'Where `text` was asked.') },
  ),
  Explanation: object({
    flagKey: text(),
    outcome: object({ reason: text() }, { ...outcomeMembers() }),
    decision: { type: ['object', 'null'], description: 'The way to the answer, see docs/explain.md.' },
  }),
}

function outcomeMembers(): Readonly<Record<string, Schema>> {
  return {
    value: {},
    variant: text(),
    errorCode: text(),
    errorDetails: text(),
    as: { type: 'object' },
    metadata: { type: 'object' },
  }
}

const snapshots: Readonly<Record<string, Schema>> = {
  Snapshots: object({
    environment: text(),
    held: nullOr(ref('Held')),
    activated: nullOr(ref('Activated')),
    snapshots: listOf(ref('Snapshot'), 'The latest first.'),
  }),
  Snapshot: object({
    id: text(),
    revision: text(),
    fence: integer,
    sequence: integer,
    flagCount: integer,
    servedAtMs: integer,
    stores: listOf(text()),
    isServed: boolean,
  }),
  Held: object({
    reason: oneOf('activated', 'blast-radius'),
    revision: text(),
    since: time,
    flagCount: integer,
    removed: integer,
    switchedOff: integer,
  }),
  Activated: object({ id: text(), since: time }),
  Activation: object({ snapshot: text('An identifier, or `latest`') }, { environment: text() }),
  Confirmation: object({ revision: text() }, { environment: text() }),
}

export const managementSchemas: Readonly<Record<string, Schema>> = {
  ...environments,
  ...flags,
  ...snapshots,
  Refusal: object({ error: object({ code, message: text() }) }),
}
