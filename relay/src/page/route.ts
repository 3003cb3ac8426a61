/** Where in the page somebody is: what stands behind the `#` of the address, so that every view can be linked to. */

/** The views of one environment, in the order of the navigation. */
export const views = ['flags', 'playground', 'diagnostics', 'snapshots'] as const

export type View = (typeof views)[number]

export type Route =
  | { readonly view: 'environments' }
  /** `flagKey`: the flag that the playground is about; elsewhere there is none. */
  | { readonly view: View; readonly environment: string; readonly flagKey?: string }
  | { readonly view: 'flag'; readonly environment: string; readonly flagKey: string }

/** What is no address of the page leads to its beginning. */
export function readRoute(hash: string): Route {
  const [environment, view, flagKey] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decoded)
  if (!environment || !isView(view)) return { view: 'environments' }
  if (view === 'flags' && flagKey) return { view: 'flag', environment, flagKey }
  if (view === 'playground' && flagKey) return { view, environment, flagKey }
  return { view, environment }
}

/** The address of a view, for links. */
export function addressOf(route: Route): string {
  if (route.view === 'environments') return '#/'
  const view = route.view === 'flag' ? 'flags' : route.view
  const parts = [route.environment, view, ...(route.flagKey === undefined ? [] : [route.flagKey])]
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

function isView(text: string | undefined): text is View {
  return views.some((view) => view === text)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
