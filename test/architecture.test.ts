import { describe, expect, it } from 'vitest'
import { filesIn, foldersIn, textOf } from './repository/files.js'
import { fileOf, packageOf, specifiersIn, specifiersOf } from './repository/imports.js'

/**
 * The arrows of docs/architecture.md: a file may import from its own room and from those listed beside it, nothing else. The
 * first row that fits a file is its room. `*` stands for one name, so each vendor is a room of its own.
 */
const arrows: readonly Arrow[] = [
  { room: 'engine/src/hash', imports: [] },
  { room: 'engine/src/ruleset', imports: ['engine/src/hash'] },
  { room: 'engine/src/compile', imports: ['engine/src/ruleset'] },
  { room: 'engine/src/explain', imports: ['engine/src/ruleset'] },
  { room: 'engine/src/vendors/*', imports: ['engine/src/ruleset', 'engine/src/hash'] },
  { room: 'engine/src/*.ts', imports: ['engine/src'] },

  { room: 'relay/src/relay-error.ts', imports: [] },
  { room: 'relay/src/parse-time.ts', imports: [] },
  { room: 'relay/src/listen.ts', imports: ['relay/src/relay-error.ts'] },
  { room: 'relay/src/transport', imports: ['relay/src/relay-error.ts'] },
  { room: 'relay/src/telemetry', imports: ['relay/src/relay-error.ts'] },
  { room: 'relay/src/vendors/*.ts', imports: ['engine/src/index.ts', 'relay/src/relay-error.ts', 'relay/src/vendors'] },
  { room: 'relay/src/vendors/http', imports: ['relay/src/relay-error.ts', 'relay/src/vendors/*.ts'] },
  {
    room: 'relay/src/vendors/*',
    imports: [
      'engine/src/index.ts',
      'relay/src/relay-error.ts',
      'relay/src/vendors/*.ts',
      'relay/src/vendors/http',
      'relay/src/telemetry',
    ],
  },
  {
    room: 'relay/src/config',
    imports: [
      'relay/src/relay-error.ts',
      'relay/src/parse-time.ts',
      'relay/src/vendors/*.ts',
      'relay/src/vendors/*/options.ts',
      'relay/src/store/redis/redis-options.ts',
      'relay/src/transport/*-options.ts',
      'relay/src/transport/certificates.ts',
    ],
  },
  { room: 'relay/src/store', imports: ['engine/src/index.ts', 'relay/src/relay-error.ts', 'relay/src/telemetry'] },
  { room: 'relay/src/usage', imports: ['engine/src/index.ts', 'relay/src/relay-error.ts', 'relay/src/telemetry'] },
  {
    room: 'relay/src/environments',
    imports: [
      'engine/src/index.ts',
      'relay/src/relay-error.ts',
      'relay/src/vendors/*.ts',
      'relay/src/vendors/*/source.ts',
      'relay/src/store',
      'relay/src/telemetry',
      'relay/src/config',
    ],
  },
  { room: 'relay/src/openapi', imports: [] },
  {
    room: 'relay/src/http',
    imports: [
      'relay/src/openapi',
      'engine/src/index.ts',
      'relay/src/relay-error.ts',
      'relay/src/environments',
      'relay/src/vendors/*.ts',
      'relay/src/vendors/*/api.ts',
      'relay/src/usage',
      'relay/src/telemetry',
      'relay/src/transport',
    ],
  },
  {
    room: 'relay/src/reload',
    imports: [
      'relay/src/relay-error.ts',
      'relay/src/config',
      'relay/src/environments',
      'relay/src/vendors/*.ts',
      'relay/src/telemetry',
    ],
  },
  {
    room: 'relay/src/management',
    imports: [
      'relay/src/openapi',
      'relay/src/reload',
      'engine/src/index.ts',
      'relay/src/relay-error.ts',
      'relay/src/parse-time.ts',
      'relay/src/environments',
      'relay/src/vendors/*/api.ts',
      'relay/src/usage',
      'relay/src/telemetry',
      'relay/src/transport',
    ],
  },
  {
    room: 'relay/src/workers',
    imports: [
      'engine/src/index.ts',
      'relay/src/relay-error.ts',
      'relay/src/listen.ts',
      'relay/src/http',
      'relay/src/environments',
      'relay/src/usage',
      'relay/src/telemetry',
      'relay/src/transport',
      'relay/src/config',
    ],
  },
  // Types alone: the page runs in a browser.
  { room: 'relay/src/page', imports: ['engine/src/index.ts', 'relay/src/management'] },
  { room: 'relay/src/cli', imports: ['engine/src/index.ts', 'relay/src'] },
  { room: 'relay/src/main.ts', imports: ['engine/src/index.ts', 'relay/src'] },

  { room: 'provider/src/ofrep', imports: [] },
  { room: 'provider/src/server', imports: ['engine/src/index.ts', 'provider/src/ofrep'] },
  { room: 'provider/src/web', imports: ['provider/src/ofrep'] },
  { room: 'provider/src/web-tabs', imports: ['provider/src/web/index.ts'] },

  { room: 'test/ofrep-conformance/src', imports: [] },
  { room: 'test/ofrep-conformance/test', imports: ['test/ofrep-conformance/src'] },
]

interface Arrow {
  readonly room: string
  readonly imports: readonly string[]
}

const sources = ['engine/src', 'relay/src', 'provider/src', 'test/ofrep-conformance']
  .flatMap((folder) => filesIn(folder))
  .filter((path) => /\.tsx?$/.test(path))

describe('the arrows between the rooms', () => {
  it('has a room for every source file', () => {
    expect(sources.filter((path) => arrowOf(path) === undefined)).toEqual([])
  })

  it.each(arrows.map(({ room }) => room))('keeps %s to what it may import', (room) => {
    const inside = sources.filter((path) => arrowOf(path)?.room === room)
    expect(inside.flatMap(forbiddenImportsOf)).toEqual([])
  })

  it('notices an import against the arrows', () => {
    const specifiers = specifiersOf(
      'a.ts',
      "import type { Decoded } from '../../compile/state.js'\nexport * from '../flagd/decode.js'",
    )
    const crossings = specifiers.map((specifier) => crossingOf('engine/src/vendors/featbit/decode.ts', specifier))
    expect(crossings).toEqual(['engine/src/compile/state.ts', 'engine/src/vendors/flagd/decode.ts'])
  })
})

describe('packages from outside', () => {
  it('gives the engine re2js and nothing of the platform', () => {
    const used = packagesUsedIn('engine/src')
    expect(used.filter((name) => name !== 're2js')).toEqual([])
  })

  it('gives the OFREP client nothing at all', () => {
    expect(packagesUsedIn('provider/src/ofrep')).toEqual([])
  })

  it('gives the web provider the web SDK alone', () => {
    const used = ['provider/src/web', 'provider/src/web-tabs'].flatMap(packagesUsedIn)
    expect(used.filter((name) => !name.startsWith('@openfeature/'))).toEqual([])
  })

  it('gives the OFREP conformance suite nothing but Node', () => {
    const used = packagesUsedIn('test/ofrep-conformance/src')
    expect(used.filter((name) => !name.startsWith('node:'))).toEqual([])
  })

  it('gives the page Preact alone', () => {
    expect(packagesUsedIn('relay/src/page')).toEqual(['preact'])
  })

  it.each(['engine', 'relay', 'provider', 'test/ofrep-conformance'])(
    'declares in %s/package.json what its sources import',
    (workspace) => {
      const manifest: Manifest = JSON.parse(textOf(`${workspace}/package.json`))
      const declared = {
        ...manifest.dependencies,
        ...manifest.peerDependencies,
        ...manifest.optionalDependencies,
        // What is published of the page is a bundle, with Preact in it.
        ...(workspace === 'relay' ? { preact: manifest.devDependencies?.['preact'] } : {}),
      }
      const used = packagesUsedIn(`${workspace}/src`).filter((name) => !name.startsWith('node:'))
      expect(used.filter((name) => !Object.hasOwn(declared, name))).toEqual([])
    },
  )
})

describe('vendors', () => {
  const described = foldersIn('relay/src/vendors').filter((vendor) =>
    filesIn(`relay/src/vendors/${vendor}`).includes(`relay/src/vendors/${vendor}/options.ts`),
  )

  it.each(described)('describes relay/src/vendors/%s in a README', (vendor) => {
    expect(filesIn(`relay/src/vendors/${vendor}`)).toContain(`relay/src/vendors/${vendor}/README.md`)
  })
})

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
}

function arrowOf(path: string): Arrow | undefined {
  return arrows.find(({ room }) => partIn(room, path) !== null)
}

/** The imports of a file that no arrow allows, as sentences. */
function forbiddenImportsOf(path: string): string[] {
  return specifiersIn(path)
    .map((specifier) => crossingOf(path, specifier))
    .filter((target) => target !== null)
    .map((target) => `${path} may not import ${target}`)
}

/** The file that an import leads to against the arrows; null when it may, or when it leads to a package. */
function crossingOf(path: string, specifier: string): string | null {
  const target = fileOf(specifier, path)
  const arrow = arrowOf(path)
  if (target === null || arrow === undefined) return null
  const own = partIn(arrow.room, path)
  const isAllowed = partIn(arrow.room, target) === own || arrow.imports.some((room) => partIn(room, target) !== null)
  return isAllowed ? null : target
}

/** The beginning of a path that a room's pattern covers, null where it does not. */
function partIn(room: string, path: string): string | null {
  const pattern = room.replaceAll('.', '\\.').replaceAll('*', '[^/]+')
  return new RegExp(`^${pattern}(?=/|$)`).exec(path)?.[0] ?? null
}

function packagesUsedIn(folder: string): string[] {
  const packages = filesIn(folder)
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) => specifiersIn(path).filter((specifier) => fileOf(specifier, path) === null))
  return [...new Set(packages.map(packageOf))]
}
