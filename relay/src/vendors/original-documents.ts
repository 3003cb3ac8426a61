/**
 * Vendors whose own programs may read the original document from the relay. It is kept beside the ruleset for them, as it cannot be
 * made from the ruleset again.
 */
const vendors: ReadonlySet<string> = new Set(['flagd'])

/**
 * The document as JSON text, null for a vendor whose programs do not ask for it.
 *
 * @param document parsed and accepted as the vendor's, so it is plain JSON
 */
export function originalOf(vendor: string, document: unknown): string | null {
  return vendors.has(vendor) ? JSON.stringify(document) : null
}
