import { createRequire } from 'node:module'

/** The version of the package this file is in. */
export function version(): string {
  return (createRequire(import.meta.url)('../../package.json') as { readonly version: string }).version
}
