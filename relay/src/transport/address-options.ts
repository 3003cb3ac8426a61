/** Who may ask a plane, by address. */

export interface AddressOptions {
  /** Addresses and CIDR ranges; empty: everybody may ask. */
  readonly allowedAddresses: readonly string[]
  /** Those whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[]
}
