import { createHash } from 'node:crypto'
import type { CloudBeesOptions } from './options.js'

/**
 * What tells the configurations of one environment apart: CloudBees makes one for each SDK, its version, and the API's.
 *
 * @returns 32 hexadecimal digits in upper case
 */
export function buidOf({
  platform,
  environmentKey,
  sdkVersion,
  apiVersion,
}: Pick<CloudBeesOptions, 'platform' | 'environmentKey' | 'sdkVersion' | 'apiVersion'>): string {
  const text = [platform, environmentKey, sdkVersion, apiVersion].join('|')
  return createHash('md5').update(text).digest('hex').toUpperCase()
}
