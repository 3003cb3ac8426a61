/** `docs/conformance.md`: how many scenarios pass, with which provider on which upstream, and why the others do not. */
import { exceptionsFor, isAbout, type UpstreamName } from './exceptions.js'
import { providerNames, type ProviderName } from './providers.js'
import type { Scenario } from './scenarios.js'
import { providerTck, specification, type FeatureSuite } from './suites.js'

const introduction = `# Conformance to OpenFeature

OpenFeature describes in [features](https://cucumber.io/docs/gherkin/) what applications may rely on. They are run here as they are
([where they come from](../test/fixtures/openfeature/README.md)), by the SDKs themselves, over real connections: our providers in
their three forms, and beside them the reference providers of OFREP, all with the same relay.

A scenario passes, or it is in one of the lists below, with the reason. The tests in \`test/conformance/gherkin\` hold both: one that
fails and is not listed fails them, and so does one that is listed and passes, or fails at another step than the list says. This page
is made from those lists; \`npx vitest run -u test/conformance/gherkin/page.test.ts\` writes it.
`

const aboutTck = `The [Provider TCK](https://github.com/open-feature/spec/pull/423) is a draft of the specification's appendix F: what every
provider should do, whatever is behind it. Its scenarios are tagged with the capabilities that they need; a scenario with two tags is
counted under both, and without one under "all providers". "2 of 3": so many pass, and the others are in the list.`

const aboutSpecification = `These features are meant for an SDK with flags in memory. Here the relay has the flags, so they say as
well what a provider must not get in the way of: the context of each level arrives, hooks see what was answered, a provider that is not
ready or was refused says so. \`evaluation\` is the deprecated predecessor of \`evaluation_v2\`.`

/** The page, not laid out. */
export function conformancePage(): string {
  const parts = [introduction, '## Provider TCK', aboutTck]
  for (const upstream of providerTck.upstreams) {
    parts.push(`### On ${upstream === 'flagd' ? 'a flag file in the format of flagd' : upstream}`)
    parts.push(countTable(providerTck, upstream, 'capability', capabilitiesOf))
  }
  parts.push('### What does not pass, and why', exceptionList(providerTck))
  parts.push('## Features of the specification', aboutSpecification)
  parts.push(countTable(specification, 'flagd', 'feature', featureOf))
  parts.push('### What does not pass, and why', exceptionList(specification))
  return `${parts.join('\n\n')}\n`
}

/** @returns the names of the rows that a scenario is counted in */
type Grouping = (scenario: Scenario) => readonly string[]

const capabilitiesOf: Grouping = ({ tags }) => (tags.length === 0 ? ['all providers'] : tags.map((tag) => `\`${tag}\``))

const featureOf: Grouping = ({ title }) => [`\`${title.slice(0, title.indexOf(':'))}\``]

function countTable(suite: FeatureSuite, upstream: UpstreamName, what: string, groupsOf: Grouping): string {
  const groups = [...new Set(suite.scenarios.flatMap(groupsOf))].toSorted(requiredFirst)
  const rows = groups.map((group) => {
    const scenarios = suite.scenarios.filter((scenario) => groupsOf(scenario).includes(group))
    return [group, ...providerNames.map((provider) => countOf(scenarios, suite, provider, upstream))]
  })
  const totals = providerNames.map((provider) => countOf(suite.scenarios, suite, provider, upstream))
  return tableOf([[what, ...providerNames], ...rows, ['**together**', ...totals]])
}

/** What all must do stands before what some can. */
function requiredFirst(a: string, b: string): number {
  return Number(a.startsWith('`')) - Number(b.startsWith('`'))
}

function countOf(
  scenarios: readonly Scenario[],
  { exceptions }: FeatureSuite,
  provider: ProviderName,
  upstream: UpstreamName,
): string {
  const listed = exceptionsFor(exceptions, provider, upstream)
  const passing = scenarios.filter((scenario) => !listed.some((exception) => isAbout(exception, scenario)))
  return passing.length === scenarios.length ? `${scenarios.length}` : `${passing.length} of ${scenarios.length}`
}

/** One item for each reason, as several exceptions may have the same one. */
function exceptionList({ exceptions, scenarios, upstreams: all }: FeatureSuite): string {
  const items = new Map<string, string[]>()
  for (const exception of exceptions) {
    const { providers = ['all providers'], upstreams = all, why } = exception
    const where = upstreams.length === all.length ? '' : ` on ${upstreams.join(' and ')}`
    const item = `**${providers.join(', ')}${where}**: ${why}`
    const titles = scenarios.filter((scenario) => isAbout(exception, scenario)).map(({ title }) => title)
    items.set(item, [...(items.get(item) ?? []), ...titles])
  }
  const lines = [...items].map(([item, titles]) => [`- ${item} (${titles.length})`, ...summaryOf(titles, scenarios)])
  return lines.map((line) => line.join('\n  - ')).join('\n')
}

/** Titles of scenarios, the examples of one outline together, and a feature by its name alone where it is whole. */
function summaryOf(titles: readonly string[], scenarios: readonly Scenario[]): string[] {
  const examples = new Map<string, string[]>()
  for (const title of titles) {
    const [feature = ''] = title.split(':')
    const ofFeature = scenarios.filter((each) => each.title.startsWith(`${feature}:`))
    if (ofFeature.every((each) => titles.includes(each.title))) {
      examples.set(`${feature}: all`, [])
      continue
    }
    const [, name = title, row] = /^(.*?)(?: \(([^)]*)\))?$/.exec(title) ?? []
    examples.set(name, [...(examples.get(name) ?? []), ...(row === undefined ? [] : [row.split(', ')[0] ?? row])])
  }
  return [...examples].map(([name, rows]) => (rows.length === 0 ? name : `${name} (${[...new Set(rows)].join(', ')})`))
}

function tableOf([header = [], ...rows]: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
