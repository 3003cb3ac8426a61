/** The frame of the page: navigation, the view that was asked for, and what has just changed. */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Diagnostics } from './diagnostics.js'
import { Environments } from './environments.js'
import { FlagView } from './flag.js'
import { Flags } from './flags.js'
import { useLive, type Live } from './live.js'
import { NoData, Problem } from './parts.js'
import { firstTexts, Playground } from './playground.js'
import { Snapshots } from './snapshots.js'
import { addressOf, readRoute, views, type Route } from './route.js'

const titles = {
  environments: 'Environments',
  flags: 'Flags',
  flag: 'Flag',
  playground: 'Playground',
  diagnostics: 'Diagnostics',
  snapshots: 'Snapshots',
} as const

/** The whole page. */
export function App(): VNode {
  const route = useRoute()
  const live = useLive()
  const [texts, setTexts] = useState(firstTexts)
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  const address = addressOf(route)
  useEffect(() => {
    document.title = `${titleOf(route)} - Switchyard`
    // Who goes to another view by keyboard, or only hears the page, begins there.
    if (!isFirst.current) main.current?.querySelector('h1')?.focus()
    isFirst.current = false
  }, [address])
  return (
    <>
      <Header route={route} live={live} skipTo={() => main.current?.querySelector('h1')?.focus()} />
      <main ref={main} key={address}>
        <h1 tabIndex={-1}>{titleOf(route)}</h1>
        <Content route={route} live={live} texts={texts} setTexts={setTexts} />
      </main>
    </>
  )
}

function titleOf(route: Route): string {
  if (route.view === 'environments') return titles.environments
  return route.view === 'flag' ? route.flagKey : `${titles[route.view]} of ${route.environment}`
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash))
  useEffect(() => {
    const changed = (): void => setRoute(readRoute(location.hash))
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return route
}

interface HeaderProps {
  readonly route: Route
  readonly live: Live
  readonly skipTo: () => void
}

function Header({ route, live, skipTo }: HeaderProps): VNode {
  const environment = route.view === 'environments' ? null : route.environment
  const current = route.view === 'flag' ? 'flags' : route.view
  return (
    <header>
      <button type="button" class="skip" onClick={skipTo}>
        To the content
      </button>
      <nav aria-label="Pages">
        <a href={addressOf({ view: 'environments' })} aria-current={environment === null ? 'page' : undefined}>
          Environments
        </a>
        {environment !== null &&
          views.map((view) => (
            <a key={view} href={addressOf({ view, environment })} aria-current={current === view ? 'page' : undefined}>
              {titles[view]}
            </a>
          ))}
      </nav>
      {live.problem !== null && <Problem message={live.problem} />}
      <News status={live.status} />
    </header>
  )
}

interface ContentProps extends Pick<Parameters<typeof Playground>[0], 'texts' | 'setTexts'> {
  readonly route: Route
  readonly live: Live
}

function Content({ route, live, texts, setTexts }: ContentProps): VNode {
  if (live.status === null) return live.problem === null ? <p>One moment ...</p> : <></>
  if (route.view === 'environments') return <Environments status={live.status} live={live} />
  const { environments } = live.status
  const environment = environments.find(({ name }) => name === route.environment)
  if (environment === undefined) {
    const names = environments.map(({ name }) => name).join(', ')
    return <Problem message={`there is no environment ${JSON.stringify(route.environment)}: known are ${names}`} />
  }
  // What has been kept can be activated without a word of the upstream.
  if (environment.revision === null && route.view !== 'snapshots') return <NoData environment={environment} />
  switch (route.view) {
    case 'flags':
      return <Flags environment={environment} />
    case 'flag':
      return <FlagView environment={environment} flagKey={route.flagKey} />
    case 'playground':
      return <Playground environment={environment} flagKey={route.flagKey} texts={texts} setTexts={setTexts} />
    case 'diagnostics':
      return <Diagnostics environment={environment} />
    case 'snapshots':
      return <Snapshots environment={environment} isChangeAllowed={live.status.allowsChanges} nowMs={live.atMs} />
  }
}

/** Says what has changed to those who do not see it. */
function News({ status }: { readonly status: Live['status'] }): VNode {
  const known = useRef<ReadonlyMap<string, string> | null>(null)
  const [news, setNews] = useState('')
  useEffect(() => {
    if (status === null) return
    const now = new Map(status.environments.map((each) => [each.name, `${each.state}, revision ${each.revision}`]))
    const changed = [...now].filter(([name, text]) => known.current !== null && known.current.get(name) !== text)
    known.current = now
    if (changed.length > 0) setNews(changed.map(([name, text]) => `${name} is ${text}`).join('; '))
  }, [status])
  return (
    <p class="unseen" role="status">
      {news}
    </p>
  )
}
