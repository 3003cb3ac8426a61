import { OpenFeature as ServerOpenFeature, type EvaluationContext, type JsonValue } from '@openfeature/server-sdk'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider, type OFREPWebProviderOptions } from '@openfeature/ofrep-web-provider'
import {
  ClientProviderEvents,
  OpenFeature as WebOpenFeature,
  ProviderStatus,
  type Provider as WebProvider,
} from '@openfeature/web-sdk'
import {
  handleEvaluationError,
  OFREPApi,
  OFREPApiUnauthorizedError,
  OFREPApiUnexpectedResponseError,
  toResolutionDetails,
} from 'ofrep-core-current'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { clientKey, flags, serverKey, startPlane, waitingKey, type TestPlane } from '../../relay/test/http/plane.js'

type ClientName = 'ofrep-core 2.3.0' | 'ofrep-provider 0.1.3' | 'ofrep-web-provider 0.4.3'

interface Details {
  readonly value: JsonValue
  readonly reason?: string
  readonly variant?: string
  readonly errorCode?: string
  readonly flagMetadata?: object
}

/** Evaluates one flag by a client; the type is that of the default value. */
type Resolve = (plane: TestPlane, evaluation: Evaluation) => Promise<Details>

interface Evaluation {
  readonly name: string
  readonly flagKey: string
  readonly defaultValue: JsonValue
  readonly context: EvaluationContext
  readonly expected: Details
}

/** What every client makes of an answer, but for the exceptions in {@link deviations}. */
const evaluations: readonly Evaluation[] = [
  {
    name: 'a boolean',
    flagKey: 'plain',
    defaultValue: false,
    context: {},
    expected: { value: true, reason: 'STATIC', variant: 'on', flagMetadata: { flagSetId: 'shop' } },
  },
  {
    name: 'a text that depends on the context',
    flagKey: 'targeted',
    defaultValue: '',
    context: { targetingKey: 'u', plan: 'gold' },
    expected: { value: 'gold', reason: 'TARGETING_MATCH', variant: 'gold' },
  },
  {
    name: 'a text where no rule matches',
    flagKey: 'targeted',
    defaultValue: '',
    context: { plan: 'free' },
    expected: { value: 'none', reason: 'DEFAULT', variant: 'none' },
  },
  {
    name: 'a number',
    flagKey: 'keyed',
    defaultValue: 0,
    context: { targetingKey: 'u' },
    expected: { value: 1.5, reason: 'TARGETING_MATCH', variant: 'known' },
  },
  {
    name: 'an object under a flag key that needs encoding',
    flagKey: 'a/b c%',
    defaultValue: {},
    context: {},
    expected: { value: { deep: [1, null] }, reason: 'STATIC', variant: 'object' },
  },
  {
    name: 'a flag that leaves the value to the code',
    flagKey: 'off',
    defaultValue: true,
    context: {},
    expected: { value: true, reason: 'DISABLED', variant: 'off', flagMetadata: { flagSetId: 'shop' } },
  },
  {
    name: 'a value of another type',
    flagKey: 'plain',
    defaultValue: 'text',
    context: {},
    expected: { value: 'text', reason: 'ERROR', errorCode: 'TYPE_MISMATCH' },
  },
  {
    name: 'a flag that needs a targeting key',
    flagKey: 'keyed',
    defaultValue: 7,
    context: {},
    expected: { value: 7, reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' },
  },
  {
    name: 'a broken flag',
    flagKey: 'broken',
    defaultValue: false,
    context: {},
    expected: { value: false, reason: 'ERROR', errorCode: 'PARSE_ERROR' },
  },
  {
    name: 'a flag that does not exist',
    flagKey: 'none',
    defaultValue: 'text',
    context: {},
    expected: { value: 'text', reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' },
  },
]

interface Deviation {
  readonly client: ClientName
  /** Name of the evaluation. */
  readonly evaluation: string
  /** What the client makes of it instead. */
  readonly given: Details
  readonly why: string
}

const failed = { reason: 'ERROR', errorCode: 'GENERAL' }

/** What is wrong at the client: the answers on the wire are right, as `ofrep-wire.test.ts` shows. */
const deviations: readonly Deviation[] = [
  {
    client: 'ofrep-provider 0.1.3',
    evaluation: 'an object under a flag key that needs encoding',
    given: { value: {}, ...failed },
    why: 'it writes flag keys into the address as they are, and a lone % is no address',
  },
  {
    client: 'ofrep-provider 0.1.3',
    evaluation: 'a flag that leaves the value to the code',
    given: { value: true, ...failed },
    why: 'its core is older than answers without a value and takes them for malformed',
  },
]

const clients: Readonly<Record<ClientName, Resolve>> = {
  'ofrep-core 2.3.0': async (plane, { flagKey, defaultValue, context }) => {
    const result = await coreOf(plane).postEvaluateFlag(flagKey, { context })
    return result.httpStatus === 200
      ? (toResolutionDetails(result.value, defaultValue) as Details)
      : (handleEvaluationError(result.value, defaultValue) as Details)
  },
  'ofrep-provider 0.1.3': async (plane, { flagKey, defaultValue, context }) => {
    const headers = { authorization: `Bearer ${serverKey}` }
    await ServerOpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: plane.url, headers }))
    const client = ServerOpenFeature.getClient()
    switch (typeof defaultValue) {
      case 'boolean':
        return client.getBooleanDetails(flagKey, defaultValue, context)
      case 'string':
        return client.getStringDetails(flagKey, defaultValue, context)
      case 'number':
        return client.getNumberDetails(flagKey, defaultValue, context)
      default:
        return client.getObjectDetails(flagKey, defaultValue, context)
    }
  },
  'ofrep-web-provider 0.4.3': async (plane, { flagKey, defaultValue, context }) => {
    await WebOpenFeature.setProviderAndWait(webProviderOf(plane), context)
    const client = WebOpenFeature.getClient()
    switch (typeof defaultValue) {
      case 'boolean':
        return client.getBooleanDetails(flagKey, defaultValue)
      case 'string':
        return client.getStringDetails(flagKey, defaultValue)
      case 'number':
        return client.getNumberDetails(flagKey, defaultValue)
      default:
        return client.getObjectDetails(flagKey, defaultValue)
    }
  },
}

function coreOf(plane: TestPlane, key: string = serverKey): OFREPApi {
  return new OFREPApi({ baseUrl: plane.url, headers: [['Authorization', `Bearer ${key}`]] })
}

function webProviderOf(plane: TestPlane, options: Partial<OFREPWebProviderOptions> = {}): WebProvider {
  const headers: [string, string][] = [['X-API-Key', clientKey]]
  const provider = new OFREPWebProvider({ baseUrl: plane.url, headers, cacheMode: 'disabled', ...options })
  // Its declaration says `hooks: undefined`, which the contract of the SDK does not allow.
  return Object.assign(provider, { hooks: [] })
}

afterEach(async () => {
  await ServerOpenFeature.clearProviders()
  await WebOpenFeature.clearProviders()
  await WebOpenFeature.clearContexts()
})

describe.each(Object.entries(clients) as [ClientName, Resolve][])('%s', (client, resolve) => {
  it.each(evaluations)('evaluates $name', async (evaluation) => {
    const plane = await startPlane()
    const deviation = deviations.find((each) => each.client === client && each.evaluation === evaluation.name)
    const { value, reason, variant, errorCode, flagMetadata } = await resolve(plane, evaluation)
    const expected = deviation?.given ?? evaluation.expected
    expect({ value, reason, variant, errorCode, flagMetadata }).toMatchObject(expected)
    if (expected.errorCode === undefined) expect(errorCode).toBeUndefined()
  })
})

describe('ofrep-core 2.3.0', () => {
  it('revalidates an answer for its context alone', async () => {
    const plane = await startPlane()
    const core = coreOf(plane)
    const ask = (plan: string, etag: string | null) => core.postBulkEvaluateFlags({ context: { plan } }, etag)
    const first = await ask('gold', null)
    const etag = first.httpResponse?.headers.get('etag') ?? ''
    expect([first.httpStatus, (await ask('gold', etag)).httpStatus]).toEqual([200, 304])
    expect((await ask('free', etag)).httpStatus).toBe(200)
  })

  it('tells a refused key from data that are still missing', async () => {
    const plane = await startPlane()
    const ask = (key: string) => coreOf(plane, key).postBulkEvaluateFlags({ context: {} })
    await expect(ask('wrong')).rejects.toBeInstanceOf(OFREPApiUnauthorizedError)
    const waiting = await ask(waitingKey).catch((error: unknown) => error)
    expect(waiting).toBeInstanceOf(OFREPApiUnexpectedResponseError)
    expect(waiting).toMatchObject({ response: { status: 503 } })
  })

  it('keeps the code and the details of what is wrong with a context', async () => {
    const plane = await startPlane()
    const context = { targetingKey: 7 } as unknown as EvaluationContext
    const expected = { errorCode: 'INVALID_CONTEXT', errorDetails: 'context.targetingKey is not a string' }
    const single = await coreOf(plane).postEvaluateFlag('plain', { context })
    expect(single).toMatchObject({ httpStatus: 400, value: { key: 'plain', ...expected } })
    const bulk = await coreOf(plane).postBulkEvaluateFlags({ context })
    expect(bulk).toMatchObject({ httpStatus: 400, value: expected })
  })
})

describe('ofrep-provider 0.1.3', () => {
  it('answers the default where its key is refused', async () => {
    const plane = await startPlane()
    const headers = { 'x-api-key': 'wrong' }
    await ServerOpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: plane.url, headers }))
    const details = await ServerOpenFeature.getClient().getBooleanDetails('plain', false)
    expect(details).toMatchObject({ value: false, errorCode: 'GENERAL' })
  })
})

describe('ofrep-web-provider 0.4.3', () => {
  it('is fatal where its key is refused', async () => {
    const plane = await startPlane()
    const provider = webProviderOf(plane, { headers: [['X-API-Key', 'wrong']] })
    await expect(WebOpenFeature.setProviderAndWait(provider)).rejects.toMatchObject({ code: 'PROVIDER_FATAL' })
    expect(WebOpenFeature.getClient().providerStatus).toBe(ProviderStatus.FATAL)
  })

  it('is not fatal where data are still missing', async () => {
    const plane = await startPlane()
    const provider = webProviderOf(plane, { headers: [['X-API-Key', waitingKey]] })
    await expect(WebOpenFeature.setProviderAndWait(provider)).rejects.toThrow()
    expect(WebOpenFeature.getClient().providerStatus).toBe(ProviderStatus.ERROR)
  })

  it('gets the flags of the new context although it asks with the tag of the old one', async () => {
    const plane = await startPlane()
    await WebOpenFeature.setProviderAndWait(webProviderOf(plane), { targetingKey: 'u', plan: 'gold' })
    const client = WebOpenFeature.getClient()
    expect(client.getStringValue('targeted', '')).toBe('gold')
    await WebOpenFeature.setContext({ targetingKey: 'u', plan: 'free' })
    expect(client.getStringValue('targeted', '')).toBe('none')
  })

  it('hears of changes by polling, and of nothing else', async () => {
    const plane = await startPlane()
    await WebOpenFeature.setProviderAndWait(webProviderOf(plane, { pollInterval: 20 }))
    const client = WebOpenFeature.getClient()
    const changed = new Promise<unknown>((resolve) => {
      client.addHandler(ClientProviderEvents.ConfigurationChanged, resolve)
    })
    const isPolled = (): boolean => plane.observed.at(-1) === '/ofrep/v1/evaluate/flags POST 304'
    await expect.poll(isPolled).toBe(true)
    plane.shop.serve({ flags: { ...flags, plain: flags.off } })
    expect(await changed).toMatchObject({ flagsChanged: expect.arrayContaining(['plain']) })
  })
})

/** The relay's answers are right, and the client makes something else of them. */
describe('faults of ofrep-web-provider 0.4.3', () => {
  it('shows the persisted flags of other attributes first, as its cache knows the targeting key alone', async () => {
    const stored = new Map<string, string>()
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, text: string) => stored.set(name, text),
      removeItem: (name: string) => stored.delete(name),
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const plane = await startPlane()
    const provider = webProviderOf(plane, { cacheMode: 'local-cache-first' })
    await WebOpenFeature.setProviderAndWait(provider, { targetingKey: 'u', plan: 'gold' })
    const client = WebOpenFeature.getClient()
    const corrected = new Promise((resolve) => {
      client.addHandler(ClientProviderEvents.ConfigurationChanged, resolve)
    })
    await WebOpenFeature.setContext({ targetingKey: 'u', plan: 'free' })
    expect(client.getStringDetails('targeted', '')).toMatchObject({ value: 'gold', reason: 'CACHED' })
    await corrected
    expect(client.getStringValue('targeted', '')).toBe('none')
  })

  it('loses what the relay says of a context that cannot be used', async () => {
    const plane = await startPlane()
    const context = { targetingKey: 7 } as unknown as EvaluationContext
    await expect(WebOpenFeature.setProviderAndWait(webProviderOf(plane), context)).rejects.toMatchObject({
      code: 'GENERAL',
      message: 'Failed OFREP bulk evaluation request, status: 400',
    })
  })
})
