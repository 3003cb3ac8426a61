// @ts-check
/** The text of `NOTICE`: whose software the relay brings with it, under which licence. Reads the installed packages. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, productionPackages } from './production-packages.mjs'
import { root } from './run.mjs'

/** What `npm run build` puts into a file of the relay: its licence has to go where that file goes. */
const bundled = ['preact']

const head = `Switchyard
Copyright 2026 The Switchyard authors

This product is under the Apache License 2.0 (LICENSE). The relay comes with the packages below, each under its own licence, whose text
lies in the package's folder.
`

/**
 * @param {import('./sbom.mjs').Lockfile} lock
 * @returns {string}
 */
export function noticeText(lock) {
  const packages = productionPackages(lock, 'relay').filter(({ folder }) => folder.includes('node_modules/'))
  const entries = packages.map((each) => [titleOf(each), ...copyrightsOf(each.folder)].join('\n'))
  const inside = bundled.map((name) => {
    const folder = `node_modules/${name}`
    return `${titleOf(describe(lock, folder))}\n\n${licenceTextOf(folder)}`
  })
  return `${head}\n${entries.join('\n\n')}\n\nPart of the management plane's page:\n\n${inside.join('\n\n')}\n`
}

/** @param {import('./production-packages.mjs').ProductionPackage} one */
function titleOf({ name, version, license }) {
  return `${name} ${version} (${license})`
}

/**
 * The lines in which the licence says whose it is, else whom the manifest names.
 *
 * @param {string} folder
 */
function copyrightsOf(folder) {
  // Not the template at the end of the Apache License.
  const lines =
    licenceTextOf(folder).match(/^[ \t#*]*(?:Copyright\b.*\d{4}.*|Copyright \(c\) .*|\(c\) .*\d{4}.*)$/gim) ?? []
  const own = lines.map((line) => line.replace(/^[ \t#*]+/, '').trim()).filter((line) => !line.includes('[yyyy]'))
  return own.length > 0 ? [...new Set(own)] : [authorOf(folder)].filter((author) => author !== '')
}

/** @param {string} folder */
function licenceTextOf(folder) {
  const file = readdirSync(join(root, folder)).find((name) => /^(licen[cs]e|copying)/i.test(name))
  return file === undefined
    ? ''
    : readFileSync(join(root, folder, file), 'utf8')
        .replaceAll('\r', '')
        .trim()
}

/** @param {string} folder */
function authorOf(folder) {
  const path = join(root, folder, 'package.json')
  if (!existsSync(path)) return ''
  const { author = '' } = JSON.parse(readFileSync(path, 'utf8'))
  return typeof author === 'string' ? author : (author.name ?? '')
}
