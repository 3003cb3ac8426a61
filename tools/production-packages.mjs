// @ts-check
/**
 * `npm run licences`: what the relay and the provider bring with them, from the lockfile: how many packages, under which licences.
 * Exits 1 when there are too many, or one has a licence that is not on the list.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'
import { shippedFolders } from './sbom.mjs'

/** Licences that ask for nothing but to be named. */
const allowed = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'])

/** How many packages each may bring, its own apart; the provider's peers are the application's. */
export const limits = [
  { workspace: 'relay', max: 110 },
  { workspace: 'provider', max: 3 },
]

/**
 * @typedef {object} ProductionPackage
 * @property {string} folder in the lockfile
 * @property {string} name
 * @property {string} version
 * @property {string} license as its manifest says, `none` where it says nothing
 */

/**
 * The packages that are installed for production with a workspace, peers apart.
 *
 * @param {import('./sbom.mjs').Lockfile} lock
 * @param {string} workspace
 * @returns {ProductionPackage[]} by name
 */
export function productionPackages(lock, workspace) {
  return shippedFolders(lock, workspace, { peers: false })
    .filter((folder) => folder !== workspace)
    .map((folder) => describe(lock, folder))
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
}

/**
 * @param {import('./sbom.mjs').Lockfile} lock
 * @param {string} folder
 * @returns {ProductionPackage}
 */
export function describe(lock, folder) {
  const { name, version = '', license = 'none' } = lock.packages[folder] ?? {}
  return { folder, name: name ?? folder.slice(folder.lastIndexOf('node_modules/') + 13), version, license }
}

/**
 * What is wrong with the packages of a workspace; empty where nothing is.
 *
 * @param {readonly ProductionPackage[]} packages
 * @param {number} max
 * @returns {string[]}
 */
export function problemsOf(packages, max) {
  const refused = packages.filter(({ license }) => !allowed.has(license))
  return [
    ...(packages.length > max ? [`${packages.length} packages, where ${max} are allowed`] : []),
    ...refused.map(({ name, version, license }) => `${name}@${version} has the licence ${license}`),
  ]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const { workspace, max } of limits) {
    const packages = productionPackages(lock, workspace)
    const names = [...new Set(packages.map(({ license }) => license))].toSorted()
    const counts = names.map((name) => `${packages.filter(({ license }) => license === name).length} ${name}`)
    console.log(`${workspace}: ${packages.length} packages of at most ${max}: ${counts.join(', ')}`)
    for (const problem of problemsOf(packages, max)) {
      console.error(`${workspace}: ${problem}`)
      process.exitCode = 1
    }
  }
}
