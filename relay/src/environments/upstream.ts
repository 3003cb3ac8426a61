/** From an environment's configuration to the source that feeds it. One line for each type of upstream. */
import { vendors, type AnyVendor, type JsonObject } from '@switchyard/engine'
import type { UpstreamOptions } from '../config/configuration.js'
import { RelayError } from '../relay-error.js'
import { createFileSource } from '../vendors/file/source.js'
import { createFlagsmithSource } from '../vendors/flagsmith/source.js'
import type { Source } from '../vendors/source.js'

export interface Upstream {
  readonly source: Source
  /** Whose documents it delivers; absent: recognised from the document. */
  readonly vendor?: AnyVendor
  readonly vendorOptions?: JsonObject
}

/**
 * Creates the source of an upstream. Nothing is read or connected yet.
 *
 * @param now epoch milliseconds
 * @throws RelayError CONFIG_INVALID for a vendor or a type of upstream that this version does not speak
 */
export function createUpstream(options: UpstreamOptions, now: () => number): Upstream {
  switch (options.type) {
    case 'file':
      return { source: createFileSource({ ...options, now }), ...vendorOf(options.vendor) }
    case 'flagsmith':
      return {
        source: createFlagsmithSource({ ...options, random: Math.random }),
        ...vendorOf('flagsmith'),
        vendorOptions: { serveDisabledValues: options.serveDisabledValues },
      }
  }
}

function vendorOf(name: string | undefined): { readonly vendor?: AnyVendor } {
  if (name === undefined) return {}
  const vendor = vendors.get(name)
  if (vendor !== undefined) return { vendor }
  const known = [...vendors.keys()].join(', ')
  throw new RelayError('CONFIG_INVALID', `documents of ${name} are not read yet, only those of ${known}`, {
    retryable: false,
  })
}
