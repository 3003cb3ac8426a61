// @ts-check
/** What each public entry declares, as text that a reviewer reads: `docs/api/*.api.md`. Made of the build's declarations. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { publishedPackages } from './published.mjs'
import { root } from './run.mjs'

/** @returns {Record<string, string>} texts by the names of their files */
export function apiReports() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-api-'))
  try {
    const reports = publishedPackages().flatMap(({ folder: workspace, entries }) =>
      entries.map(({ specifier, types }) => {
        const name = `${specifier.replace('@switchyard/', '').replaceAll('/', '-')}.api.md`
        return [name, page(specifier, extract({ workspace, types, name, folder }))]
      }),
    )
    return Object.fromEntries(reports)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * Documentation is not what is promised, and has its own reviewers.
 *
 * @param {string} specifier
 * @param {string} report of API Extractor
 */
function page(specifier, report) {
  const declarations = report
    .slice(report.indexOf('```ts'))
    .replaceAll(/^ *\/\/ (@public|\(undocumented\)).*\n/gm, '')
    .replace(/\n\/\/ \(No @packageDocumentation[^\n]*\n/, '')
  return `# What \`${specifier}\` declares

Written by \`npm run api\`. A change here is a change of what [others rely on](../versioning.md).

${declarations}`
}

/**
 * @param {{ workspace: string, types: string, name: string, folder: string }} entry
 * @returns {string}
 */
function extract({ workspace, types, name, folder }) {
  const entry = join(root, types)
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, workspace, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: join(root, workspace),
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      // Types that are not exported by name are part of those that are.
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFileName: name,
        reportFolder: folder,
        reportTempFolder: join(folder, 'new'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
    },
  })
  const { errorCount } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback(message) {
      message.handled = message.logLevel !== ExtractorLogLevel.Error
    },
  })
  if (errorCount > 0) throw new Error(`the declarations in ${types} cannot be read`)
  return readFileSync(join(folder, name), 'utf8')
}

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'dom'],
  module: 'nodenext',
  strict: true,
  skipLibCheck: true,
  types: [],
}
