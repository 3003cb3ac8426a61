/** From an environment's configuration to the source that feeds it. One case for each type of upstream. */
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { rulesetAsDocument, vendors, type AnyVendor, type JsonObject } from '@switchyard/engine'
import type { UpstreamOptions } from '../config/configuration.js'
import { RelayError } from '../relay-error.js'
import type { SnapshotLine } from '../store/snapshot-store.js'
import type { Source } from '../vendors/source.js'

export interface Upstream {
  readonly source: Source
  /** Whose documents it delivers; absent: recognised from the document. */
  readonly vendor?: AnyVendor
  readonly vendorOptions: JsonObject
}

/**
 * Creates the source of an upstream. Nothing is read or connected yet; only the code that this type needs is loaded.
 *
 * @param now epoch milliseconds
 * @throws RelayError CONFIG_INVALID where documents of the vendor cannot be read
 */
export async function createUpstream(options: UpstreamOptions, now: () => number): Promise<Upstream> {
  const source = await createSource(options, now)
  const vendorOptions = vendorOptionsOf(options)
  if (options.type === 'switchyard') return { source, vendor: rulesetAsDocument, vendorOptions }
  const vendor = options.type === 'file' ? options.vendor : options.type
  return vendor === undefined ? { source, vendorOptions } : { source, vendor: vendorNamed(vendor), vendorOptions }
}

/** Whose snapshots an environment's are. */
export function lineOf(name: string, options: UpstreamOptions): SnapshotLine {
  if (options.type === 'file') return { name, vendor: options.vendor ?? 'file', upstream: resolve(options.path) }
  return { name, vendor: options.type, upstream: new URL(options.baseUrl).origin }
}

async function createSource(options: UpstreamOptions, now: () => number): Promise<Source> {
  const random = Math.random
  switch (options.type) {
    case 'cloudbees': {
      const { createCloudBeesSource } = await import('../vendors/cloudbees/source.js')
      return createCloudBeesSource({ ...options, distinctId: randomUUID(), random })
    }
    case 'featbit': {
      const { createFeatBitSource } = await import('../vendors/featbit/source.js')
      return createFeatBitSource({ ...options, now, random })
    }
    case 'file': {
      const { createFileSource } = await import('../vendors/file/source.js')
      return createFileSource({ ...options, now })
    }
    case 'flagbase': {
      const { createFlagbaseSource } = await import('../vendors/flagbase/source.js')
      return createFlagbaseSource({ ...options, random })
    }
    case 'flagsmith': {
      const { createFlagsmithSource } = await import('../vendors/flagsmith/source.js')
      return createFlagsmithSource({ ...options, random })
    }
    case 'switchyard': {
      const { createSwitchyardSource } = await import('../vendors/switchyard/source.js')
      return createSwitchyardSource({ ...options, random })
    }
  }
}

/** What the engine wants to know besides the document. */
function vendorOptionsOf(options: UpstreamOptions): JsonObject {
  switch (options.type) {
    case 'cloudbees':
      return cloudBeesOptionsOf(options)
    // Each of these is read by one vendor's translation and by no other.
    case 'file': {
      const { bucketing } = options
      return { ...cloudBeesOptionsOf(options), ...(bucketing === undefined ? {} : { bucketing }) }
    }
    case 'featbit':
      return { missingAttributes: options.missingAttributes }
    case 'flagbase':
      return { typedVariations: options.typedVariations }
    case 'flagsmith':
      return { serveDisabledValues: options.serveDisabledValues }
    case 'switchyard':
      return {}
  }
}

type CloudBeesTranslation = Pick<
  Extract<UpstreamOptions, { readonly type: 'file' }>,
  'stickinessAttribute' | 'datetimeAttributes'
>

function cloudBeesOptionsOf({ stickinessAttribute, datetimeAttributes }: CloudBeesTranslation): JsonObject {
  return {
    ...(stickinessAttribute === undefined ? {} : { stickinessAttribute }),
    ...(datetimeAttributes === undefined ? {} : { datetimeAttributes }),
  }
}

function vendorNamed(name: string): AnyVendor {
  const vendor = vendors.get(name)
  if (vendor !== undefined) return vendor
  const message = `documents of ${name} cannot be read, only those of ${[...vendors.keys()].join(', ')}`
  throw new RelayError('CONFIG_INVALID', message, { retryable: false })
}
