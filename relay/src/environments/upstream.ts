/** From an environment's configuration to the source that feeds it. One case for each type of upstream. */
import { vendors, type AnyVendor, type JsonObject } from '@switchyard/engine'
import type { UpstreamOptions } from '../config/configuration.js'
import { RelayError } from '../relay-error.js'
import type { Source } from '../vendors/source.js'

export interface Upstream {
  readonly source: Source
  /** Whose documents it delivers; absent: recognised from the document. */
  readonly vendor?: AnyVendor
  readonly vendorOptions?: JsonObject
}

/**
 * Creates the source of an upstream. Nothing is read or connected yet; only the code that this type needs is loaded.
 *
 * @param now epoch milliseconds
 * @throws RelayError CONFIG_INVALID where documents of the vendor cannot be read
 */
export async function createUpstream(options: UpstreamOptions, now: () => number): Promise<Upstream> {
  switch (options.type) {
    case 'featbit': {
      const { createFeatBitSource } = await import('../vendors/featbit/source.js')
      return {
        source: createFeatBitSource({ ...options, now, random: Math.random }),
        vendor: vendorNamed('featbit'),
        vendorOptions: { missingAttributes: options.missingAttributes },
      }
    }
    case 'file': {
      const { createFileSource } = await import('../vendors/file/source.js')
      const source = createFileSource({ ...options, now })
      return options.vendor === undefined ? { source } : { source, vendor: vendorNamed(options.vendor) }
    }
    case 'flagbase': {
      const { createFlagbaseSource } = await import('../vendors/flagbase/source.js')
      return {
        source: createFlagbaseSource({ ...options, random: Math.random }),
        vendor: vendorNamed('flagbase'),
        vendorOptions: { typedVariations: options.typedVariations },
      }
    }
    case 'flagsmith': {
      const { createFlagsmithSource } = await import('../vendors/flagsmith/source.js')
      return {
        source: createFlagsmithSource({ ...options, random: Math.random }),
        vendor: vendorNamed('flagsmith'),
        vendorOptions: { serveDisabledValues: options.serveDisabledValues },
      }
    }
  }
}

function vendorNamed(name: string): AnyVendor {
  const vendor = vendors.get(name)
  if (vendor !== undefined) return vendor
  const message = `documents of ${name} cannot be read, only those of ${[...vendors.keys()].join(', ')}`
  throw new RelayError('CONFIG_INVALID', message, { retryable: false })
}
