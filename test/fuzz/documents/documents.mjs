/**
 * A small document of each vendor that uses all of its format. Hostile documents are these with something wrong, and large ones
 * are these with something in them repeated.
 */
import { cloudbees, cloudbeesEnvelope } from './cloudbees.mjs'
import { featbit } from './featbit.mjs'
import { flagbase } from './flagbase.mjs'
import { flagd } from './flagd.mjs'
import { flagsmith } from './flagsmith.mjs'

/** By vendor, as the vendor sends them. A vendor of the registry that is not here has to be given one. */
export const documents = {
  cloudbees: [cloudbees, cloudbeesEnvelope],
  featbit: [featbit],
  flagbase: [flagbase],
  flagd: [flagd],
  flagsmith: [flagsmith],
}

/** Ways to translate, by vendor, besides the usual one. */
export const translationOptions = {
  cloudbees: { datetimeAttributes: ['date', 'plan'], stickinessAttribute: 'email' },
  featbit: { missingAttributes: 'no-match' },
  flagbase: { typedVariations: true },
  flagd: { bucketing: 'legacy' },
  flagsmith: { serveDisabledValues: true },
}
