// @ts-check
/** The packages that are published, read from their manifests: what they are called and what others can import from them. */
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { root } from './run.mjs'

/** @typedef {'import' | 'require'} Kind */

/**
 * @typedef {object} Entry
 * @property {string} specifier what is imported, such as `@switchyard/openfeature-provider/web`
 * @property {readonly Kind[]} kinds ways of getting it
 * @property {string} types the declarations that ES modules get, relative to the root
 */

/**
 * @typedef {object} Published
 * @property {string} name
 * @property {string} folder relative to the root
 * @property {readonly Entry[]} entries those with types; empty for a package that is a command only
 */

/** @returns {Published[]} in the order of the workspaces */
export function publishedPackages() {
  const { workspaces } = manifestOf('.')
  return workspaces
    .map((/** @type {string} */ folder) => ({ folder, manifest: manifestOf(folder) }))
    .filter((/** @type {{ manifest: any }} */ { manifest }) => manifest.private !== true)
    .map((/** @type {{ folder: string, manifest: any }} */ { folder, manifest }) => ({
      name: manifest.name,
      folder,
      entries: entriesOf(folder, manifest),
    }))
}

/**
 * @param {string} folder
 * @param {any} manifest
 * @returns {Entry[]}
 */
function entriesOf(folder, { name, exports = {} }) {
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const types = target.import?.types ?? target.types
    if (types === undefined) return []
    const kinds = /** @type {const} */ (['import', 'require']).filter((kind) => target[kind] !== undefined)
    return [
      {
        specifier: posix.join(name, subpath),
        // A single target is an ES module, as all of our packages are.
        kinds: kinds.length === 0 ? ['import'] : kinds,
        types: posix.join(folder, types),
      },
    ]
  })
}

/** @param {string} folder */
function manifestOf(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}
