// @ts-check
/** An answer of the engine as the vectors carry it. */

/**
 * Everything but `errorDetails`, which is for people, and `native`, which is for the vendors' own APIs. `serverMetadata`
 * is what server keys see besides `metadata`.
 *
 * @param {import('@switchyard/engine').EvaluatedOutcome} outcome
 */
export function answerOf({ value, variant, reason, errorCode, as, codeDefault, hidden, metadata, serverMetadata }) {
  const more = Object.entries(serverMetadata).filter(([name, value]) => metadata[name] !== value)
  return {
    ...(value === undefined ? {} : { value }),
    ...(variant === undefined ? {} : { variant }),
    reason,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(as === undefined ? {} : { as }),
    ...(codeDefault === undefined ? {} : { codeDefault }),
    ...(hidden ? { hidden } : {}),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(more.length === 0 ? {} : { serverMetadata: Object.fromEntries(more) }),
  }
}
