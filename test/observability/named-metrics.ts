/** What alerts and dashboards ask of Prometheus. */
import { parse } from 'yaml'
import { filesIn, textOf } from '../repository/files.js'

export const rulesPath = 'helm/switchyard/rules/switchyard.yaml'

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[]
}

export interface Query {
  /** The alert or the panel. */
  readonly place: string
  /** PromQL. */
  readonly expr: string
}

export const alerts: readonly Query[] = (parse(textOf(rulesPath)) as Rules).groups.flatMap(({ rules }) =>
  rules.map(({ alert, expr }) => ({ place: alert, expr })),
)

/** With Grafana's variables in place. */
export const panels: readonly Query[] = filesIn('helm/switchyard/dashboards').flatMap((path) =>
  (JSON.parse(textOf(path)) as Dashboard).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ place: title, expr: withVariables(expr) })),
  ),
)

function withVariables(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|environment)/g, '.*')
}

/** Names of the relay's metrics in a query. */
export function metricsIn({ expr }: Query): string[] {
  return [...new Set(expr.match(/\b(switchyard|nodejs|process)_[a-z0-9_]+/g))]
}
