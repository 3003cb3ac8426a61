/** A program that reads a flag document. Compiled and run as an ES module and as CommonJS. */
import { compile, normalizeContext, seal, vendors, type Snapshot } from '@switchyard/engine'

// @ts-expect-error: the types have arrived, so what is wrong is told
export const wrong: Snapshot = 'a snapshot'

const flag = { state: 'ENABLED', variants: { red: 'r' }, defaultVariant: 'red' }

function main(): void {
  const vendor = vendors.get('flagd')
  const decoded = vendor?.decode({ flags: { banner: flag } })
  if (vendor === undefined || decoded?.ok !== true) throw new Error('not read')
  const { snapshot } = compile(seal(vendor.translate(decoded.document).ruleset))
  const context = normalizeContext({ targetingKey: 'user-1' })
  const { value, variant, reason } = snapshot.evaluate('banner', context, { nowMs: 0, random: () => 0 })
  console.log(JSON.stringify({ value, variant, reason }))
}

main()
