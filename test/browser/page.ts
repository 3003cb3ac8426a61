/** The application in the browser: React, the web provider, one line for each flag. Bundled and served by `site.ts`. */
import { OpenFeature, OpenFeatureProvider, useStringFlagDetails, useSuspenseFlag } from '@openfeature/react-sdk'
import { ProviderEvents, type EventDetails } from '@openfeature/web-sdk'
import { SwitchyardWebProvider, type SwitchyardWebProviderOptions } from '@switchyard/openfeature-provider/web'
import { sharedEventSource } from '@switchyard/openfeature-provider/web-tabs'
import { createElement, Fragment, Suspense, type FunctionComponent } from 'react'
import { createRoot } from 'react-dom/client'

/** What a test says about a page; it travels in the page's HTML. */
export interface PageSettings {
  readonly options: Omit<SwitchyardWebProviderOptions, 'storage' | 'eventSource' | 'fetch'>
  readonly context: Record<string, string>
  /** Whether tabs share an event stream. */
  readonly isShared?: boolean
}

/** What a test reads and does in a page. */
export interface PageHandle {
  /** What was rendered of the flag `color`, and when; epoch milliseconds. */
  readonly rendered: { readonly text: string; readonly at: number }[]
  readonly events: string[]
  setContext(context: Record<string, string>): Promise<void>
  status(): string
}

declare global {
  interface Window {
    readonly settings: PageSettings
    page: PageHandle
  }
}

const { options, context, isShared } = window.settings
const rendered: PageHandle['rendered'] = []
const events: string[] = []
const client = OpenFeature.getClient()

const Color: FunctionComponent = () => {
  const { value, reason } = useStringFlagDetails('color', 'none')
  return createElement('output', { id: 'color' }, `${value} ${reason}`)
}

const Owner: FunctionComponent = () => {
  const { value } = useStringFlagDetails('owner', 'nobody')
  return createElement('output', { id: 'owner' }, value)
}

/** Waits for flags: at the start, and while the context changes. */
const Patient: FunctionComponent = () => {
  const { value } = useSuspenseFlag('owner', 'nobody')
  return createElement('output', { id: 'patient' }, value)
}

const root = document.querySelector('main')
if (root === null) throw new Error('the page has no main element')
new MutationObserver(() => {
  const text = document.querySelector('#color')?.textContent ?? ''
  if (rendered.at(-1)?.text !== text) rendered.push({ text, at: Date.now() })
}).observe(root, { subtree: true, childList: true, characterData: true })

for (const event of Object.values(ProviderEvents)) {
  client.addHandler(event, (details?: EventDetails) => {
    events.push([event.replace('PROVIDER_', ''), details?.message ?? ''].join(' ').trim())
  })
}
window.page = {
  rendered,
  events,
  setContext: (next) => OpenFeature.setContext(next),
  status: () => client.providerStatus,
}
OpenFeature.setProvider(
  new SwitchyardWebProvider({ ...options, ...(isShared ? { eventSource: sharedEventSource } : {}) }),
  context,
)
const lines = [Color, Owner].map((line) => createElement('p', { key: line.name }, createElement(line)))
const patient = createElement(Suspense, { fallback: 'one moment' }, createElement(Patient))
createRoot(root).render(createElement(OpenFeatureProvider, null, createElement(Fragment, null, ...lines, patient)))
