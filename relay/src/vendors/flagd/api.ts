/** What flagd reads from the relay: the document, as one of its HTTP sync sources. */

/** Ends in `.json`, as flagd takes the format from the address before it looks at the type. */
export const flagdSyncPath = '/flagd/v1/flags.json'

/** Whose documents can be read there. */
export const flagdVendor = 'flagd'
