/** What `docs/versioning.md` says about versions is what the manifests say. */
import { describe, expect, it } from 'vitest'
import { filesIn, textOf } from './repository/files.js'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly version: string
  readonly engines: { readonly node: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** Without what aligns its tables. */
const page = textOf('docs/versioning.md').replaceAll(/ +/g, ' ')
const { workspaces }: { readonly workspaces: readonly string[] } = JSON.parse(textOf('package.json'))
const manifests = workspaces.map((folder): Manifest => JSON.parse(textOf(`${folder}/package.json`)))
const published = manifests.filter((manifest) => manifest.private !== true)

describe('the page about versions', () => {
  it('promises something for every package', () => {
    expect(published.map(({ name }) => name).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('names the Node that every package asks for', () => {
    const [range, ...others] = new Set(published.map(({ engines }) => engines.node))
    expect(others).toEqual([])
    expect(page).toContain(`| Node | \`${range}\` |`)
  })

  it.each(published.flatMap(({ peerDependencies = {} }) => Object.entries(peerDependencies)))(
    'names the range of %s',
    (name, range) => {
      expect(page).toContain(`| \`${name}\` | \`${range}\` |`)
    },
  )

  it('links every API report', () => {
    const reports = filesIn('docs/api').map((path) => path.replace('docs/', ''))
    expect(reports.filter((path) => !page.includes(`](${path})`))).toEqual([])
  })
})

describe('the packages', () => {
  it('have one version', () => {
    expect(new Set(published.map(({ version }) => version)).size).toBe(1)
  })

  it('depend on each other at exactly that version', () => {
    const ranges = published.flatMap(({ dependencies = {} }) =>
      Object.entries(dependencies).filter(([name]) => name.startsWith('@switchyard/')),
    )
    const versionOf = (name: string): string | undefined => published.find((one) => one.name === name)?.version
    expect(ranges.filter(([name, range]) => range !== versionOf(name))).toEqual([])
  })
})
