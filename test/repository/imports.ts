/** What source files import, and where that leads. */
import { posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { textOf } from './files.js'

/** Where the names of our own packages lead, by their manifests' `exports` and `imports`. */
const ownPackages = new Map([
  ['@switchyard/engine', 'engine/src/index.ts'],
  ['@switchyard/openfeature-provider/server', 'provider/src/server/index.ts'],
  ['@switchyard/openfeature-provider/web', 'provider/src/web/index.ts'],
  ['@switchyard/openfeature-provider/web-tabs', 'provider/src/web-tabs/index.ts'],
  ['#transport', 'provider/src/server/undici-transport.ts'],
  ['#snapshot-file', 'provider/src/server/node-snapshot-file.ts'],
])

/**
 * The specifiers of all `import` and `export ... from` statements and `import()` calls, types included.
 *
 * @param path of a TypeScript file, relative to the root
 */
export function specifiersIn(path: string): string[] {
  return specifiersOf(path, textOf(path))
}

/** The same for a text. */
export function specifiersOf(path: string, text: string): string[] {
  const { module } = parseSync(path, text)
  const imported = module.staticImports.map(({ moduleRequest }) => moduleRequest.value)
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
  )
  const called = module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1))
  return [...imported, ...exported, ...called]
}

/**
 * The source file that a specifier names, relative to the root.
 *
 * @returns null for a package that is not ours
 */
export function fileOf(specifier: string, importer: string): string | null {
  if (specifier.startsWith('.')) {
    return posix.join(posix.dirname(importer), specifier).replace(/\.js$/, '.ts')
  }
  return ownPackages.get(specifier) ?? (specifier.startsWith('@switchyard/') ? specifier : null)
}

/** `pino` of `pino/file`, `@scope/name` of `@scope/name/part`. */
export function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}
