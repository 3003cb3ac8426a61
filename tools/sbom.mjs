// @ts-check
/**
 * `npm run sbom`: prints what the relay's image is made of besides Node, as CycloneDX 1.6, from the lockfile alone. The same lockfile
 * gives the same bytes: there is no time and no serial number in it. `npm sbom` refuses a workspace whose root has no version.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

/**
 * @typedef {{ version?: string, license?: string, integrity?: string, link?: boolean, resolved?: string,
 *   name?: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string>,
 *   peerDependencies?: Record<string, string> }} Locked
 * @typedef {{ packages: Record<string, Locked> }} Lockfile
 */

const modules = 'node_modules/'

/** Where node would find a package that another one requires. @type {(lock: Lockfile, from: string, name: string) => string | null} */
function resolve({ packages }, from, name) {
  for (let folder = from; ; folder = parentOf(folder)) {
    const candidate = `${folder === '' ? '' : `${folder}/`}${modules}${name}`
    const found = packages[candidate]
    if (found !== undefined) return found.link === true ? String(found.resolved) : candidate
    if (folder === '') return null
  }
}

/** @param {string} folder */
function parentOf(folder) {
  const at = folder.lastIndexOf(`/${modules}`)
  return at === -1 ? '' : folder.slice(0, at)
}

/** @param {string} folder @param {Locked} locked */
function nameOf(folder, { name }) {
  return name ?? folder.slice(folder.lastIndexOf(modules) + modules.length)
}

/** @param {string} name @param {Locked} locked */
function purlOf(name, { version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

/** @param {Lockfile} lock @param {string} folder @param {{ peers?: boolean }} [options] */
function dependenciesOf(lock, folder, { peers = true } = {}) {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = lock.packages[folder] ?? {}
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...(peers ? peerDependencies : {}) })
  return names.map((name) => resolve(lock, folder, name)).filter((found) => found !== null)
}

/** @param {string} name @param {Locked} locked */
function componentOf(name, locked) {
  const { version, license, integrity } = locked
  const purl = purlOf(name, locked)
  const [, algorithm, digest] = /^(sha512)-(.+)$/.exec(integrity ?? '') ?? []
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license === undefined
      ? {}
      : { licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }] }),
    ...(algorithm === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest ?? '', 'base64').toString('hex') }] }),
  }
}

/**
 * The workspace and all that it brings with it, by their folders in the lockfile.
 *
 * @param {Lockfile} lock
 * @param {string} workspace
 * @param {{ peers?: boolean }} [options] `peers`: whether what others have to install beside it counts
 * @returns {string[]}
 */
export function shippedFolders(lock, workspace, options) {
  const seen = new Set([workspace])
  for (const folder of seen) for (const found of dependenciesOf(lock, folder, options)) seen.add(found)
  return [...seen]
}

/**
 * @param {Lockfile} lock
 * @param {string} workspace folder of the workspace that is shipped
 */
export function billOfMaterials(lock, workspace) {
  const seen = shippedFolders(lock, workspace)
  /** @param {string} folder */
  const refOf = (folder) => purlOf(nameOf(folder, lock.packages[folder] ?? {}), lock.packages[folder] ?? {})
  const components = seen.map((folder) =>
    componentOf(nameOf(folder, lock.packages[folder] ?? {}), lock.packages[folder] ?? {}),
  )
  const [own, ...others] = components
  const edges = new Map(seen.map((folder) => [refOf(folder), dependenciesOf(lock, folder).map(refOf)]))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...own, type: 'application' } },
    components: [...new Map(others.map((each) => [each.purl, each])).values()].toSorted((a, b) =>
      a.purl < b.purl ? -1 : 1,
    ),
    dependencies: [...edges]
      .map(([ref, dependsOn]) => ({ ref, dependsOn: [...new Set(dependsOn)].toSorted() }))
      .toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(
    JSON.stringify(
      billOfMaterials(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')), 'relay'),
      null,
      2,
    ),
  )
}
