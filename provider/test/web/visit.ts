/** What surrounds the provider on a page, as far as it looks at it. */
import { setTimeout } from 'node:timers/promises'
import {
  OpenFeature,
  type Client,
  type EvaluationContext,
  type EventDetails,
  ProviderEvents,
} from '@openfeature/web-sdk'
import { onTestFinished, vi } from 'vitest'
import { SwitchyardWebProvider, type FlagStorage, type SwitchyardWebProviderOptions } from '../../src/web/index.js'
import { NodeEventSource } from './node-event-source.js'
import { startScriptedRelay, type ScriptedRelay } from './scripted-relay.js'

// The SDK writes down every failure; here they are expected.
const silent = (): void => undefined
OpenFeature.setLogger({ error: silent, warn: silent, info: silent, debug: silent })

/** Time for what was sent to arrive, and for what must not happen to happen; also where the test holds the timers. */
export function aMoment(): Promise<void> {
  return setTimeout(20)
}

/** Waits until that is so, while the test holds the timers: `expect.poll` would turn them. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(2)
}

/** A relay that ends with the test. */
export async function relayForTest(): Promise<ScriptedRelay> {
  const relay = await startScriptedRelay()
  onTestFinished(() => relay.close())
  return relay
}

export interface MemoryStorage extends FlagStorage {
  readonly entries: Map<string, string>
}

export function memoryStorage(): MemoryStorage {
  const entries = new Map<string, string>()
  return {
    entries,
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => void entries.set(name, value),
    removeItem: (name) => void entries.delete(name),
  }
}

/** The page's document: shown until it is hidden. */
export class FakeDocument extends EventTarget {
  hidden = false
  baseURI = 'http://127.0.0.1/'

  show(isShown: boolean): void {
    this.hidden = !isShown
    this.dispatchEvent(new Event('visibilitychange'))
  }
}

/** Gives the test a document. */
export function documentForTest(): FakeDocument {
  const document = new FakeDocument()
  vi.stubGlobal('document', document)
  onTestFinished(() => void vi.stubGlobal('document', undefined))
  return document
}

export interface Visit {
  readonly client: Client
  readonly provider: SwitchyardWebProvider
  /** Events in the order they came: the name without its prefix, what changed, the code and the message. */
  readonly events: SeenEvent[]
  /** The names of the events. */
  names(): string[]
  /** What the start was rejected with, null where it was not. */
  readonly startError: (Error & { readonly code?: string }) | null
  setContext(context: EvaluationContext): Promise<void>
  /** Leaves the page. */
  leave(): Promise<void>
}

export interface SeenEvent {
  readonly name: string
  readonly flagsChanged?: string[]
  readonly message?: string
  readonly errorCode?: string
  /** What `client.providerStatus` was. */
  readonly status: string
}

let visits = 0

/** Opens a page for a user: sets the provider for a domain of its own and waits for the start. */
export async function visit(
  options: SwitchyardWebProviderOptions,
  context: EvaluationContext = { targetingKey: 'ann' },
  domain = `visit-${visits++}`,
): Promise<Visit> {
  const client = OpenFeature.getClient(domain)
  const events: SeenEvent[] = []
  const provider = new SwitchyardWebProvider({
    storage: memoryStorage(),
    eventSource: (url) => new NodeEventSource(url),
    ...options,
  })
  let startError: Visit['startError'] = null
  const starting = OpenFeature.setProviderAndWait(domain, provider, context).catch(
    (error: Error) => (startError = error),
  )
  // Only now: handlers of what has happened already run at once, and the domain may have had a visit before.
  const handlers = new AbortController()
  for (const event of Object.values(ProviderEvents)) {
    const name = event.replace('PROVIDER_', '')
    client.addHandler(
      event,
      (details?: EventDetails) => {
        const { flagsChanged, message, errorCode } = (details ?? {}) as Omit<SeenEvent, 'name' | 'status'>
        const seen = { flagsChanged, message, errorCode, status: client.providerStatus }
        events.push({ name, ...JSON.parse(JSON.stringify(seen)) })
      },
      { signal: handlers.signal },
    )
  }
  await starting
  const leave = async (): Promise<void> => {
    handlers.abort()
    await provider.onClose()
  }
  onTestFinished(leave)
  return {
    client,
    provider,
    events,
    names: () => events.map(({ name }) => name),
    startError,
    setContext: (next) => OpenFeature.setContext(domain, next),
    leave,
  }
}
