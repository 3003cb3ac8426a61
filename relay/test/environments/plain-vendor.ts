import type { AnyVendor, Flag, Ruleset } from '@switchyard/engine'

/** A vendor whose documents are rulesets' flags already: `{ "flags": {...} }`; `{ "throws": true }` is a mistake of ours. */
export const plainVendor: AnyVendor = {
  name: 'plain',
  recognises: () => true,
  decode: (input) => {
    const { flags, warning } = (input ?? {}) as { flags?: unknown; warning?: string }
    if (typeof flags !== 'object' || flags === null) {
      const error = {
        severity: 'error',
        code: 'INVALID_DOCUMENT',
        path: ['flags'],
        message: 'flags are missing',
      } as const
      return { ok: false, diagnostics: [error, { ...error, message: 'nothing else either' }] }
    }
    const found =
      warning === undefined ? [] : [{ severity: 'warning', code: 'INVALID_VALUE', path: [], message: warning } as const]
    return { ok: true, document: input, diagnostics: found }
  },
  translate: (document) => {
    if ('throws' in (document as object)) throw new Error('mistake')
    const { flags } = document as { flags: Ruleset['flags'] }
    return { ruleset: { ruleset: 1, dialects: [], flags }, diagnostics: [] }
  },
}

/** A flag that answers one value, as a variant named after it. */
export const flagOf = (value: string | number | boolean): Flag => ({
  outcomes: [{ value, variant: String(value), reason: 'STATIC' }],
  decide: 0,
})

/** A document with one flag for each entry. */
export const documentOf = (values: Record<string, string | number | boolean>): { flags: Record<string, Flag> } => ({
  flags: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, flagOf(value)])),
})
