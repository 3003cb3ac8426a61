/**
 * Whether the relay says, by `Switchyard-State`, that what it serves may not be what the vendor has.
 *
 * @param state the header's value, null where there is none; words that are not known yet are taken for a warning
 */
export function isOldData(state: string | null): boolean {
  return state !== null && state !== 'fresh' && state !== 'waiting'
}
