/** The package registry, as npm is configured to find it. */
import { minVersion } from 'semver'
import { publishedPackages } from '../../tools/published.mjs'
import { textOf } from '../repository/files.js'
import { npm } from './pack.js'

/** Without it, suites that install packages say in one line that they did not run. */
export const hasRegistry: boolean = await npm(['view', 're2js', 'version', '--fetch-retries=0']).then(
  () => true,
  () => false,
)

if (!hasRegistry) console.log('skipped: tests that install packages need a package registry, and npm reaches none')

/** A version of an SDK that the provider is for, with the core that goes with it. */
export interface PeerSdk {
  readonly which: 'lowest' | 'newest'
  readonly sdk: string
  /** As npm installs them: names with versions. */
  readonly packages: readonly string[]
}

/** The lowest version that the provider's manifest allows, and the newest one that there is. */
export async function peerSdks(): Promise<PeerSdk[]> {
  const folder = publishedPackages().find(({ name }) => name === '@switchyard/openfeature-provider')?.folder
  const { peerDependencies } = JSON.parse(textOf(`${folder}/package.json`)) as {
    readonly peerDependencies: Readonly<Record<string, string>>
  }
  const pairs = Object.entries(peerDependencies).map(async ([sdk, range]): Promise<PeerSdk[]> => {
    const [lowest, newest] = [lowestOf(range), await view(`${sdk}@${range}`, 'version')]
    const core = await view(`${sdk}@${lowest}`, 'peerDependencies.@openfeature/core')
    return [
      { which: 'lowest', sdk, packages: [`${sdk}@${lowest}`, `@openfeature/core@${lowestOf(core)}`] },
      { which: 'newest', sdk, packages: [`${sdk}@${newest}`] },
    ]
  })
  return (await Promise.all(pairs)).flat()
}

function lowestOf(range: string): string {
  const lowest = minVersion(range)
  if (lowest === null) throw new Error(`no version is in ${range}`)
  return lowest.version
}

/** A field of a package in the registry; of several versions in a range, that of the last one. */
async function view(what: string, field: string): Promise<string> {
  const answer: string | readonly string[] = JSON.parse(await npm(['view', what, field, '--json']))
  return typeof answer === 'string' ? answer : (answer.at(-1) ?? '')
}
