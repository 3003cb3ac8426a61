/** The bulk answer that several benchmarks ask for. */

export const bulk = '/ofrep/v1/evaluate/flags'

/** Fifty flags: a third static, a third with a rule, a third split. */
export function fiftyFlags() {
  const variants = { red: 'the value of red', blue: 'the value of blue' }
  const rules = [
    undefined,
    { if: [{ ends_with: [{ var: 'email' }, '@corp.example'] }, 'blue', null] },
    {
      fractional: [
        ['red', 50],
        ['blue', 50],
      ],
    },
  ]
  const flags = Array.from({ length: 50 }, (_, i) => [
    `flag-${i}`,
    {
      state: 'ENABLED',
      variants,
      defaultVariant: 'red',
      ...(rules[i % 3] === undefined ? {} : { targeting: rules[i % 3] }),
    },
  ])
  return { flags: Object.fromEntries(flags) }
}

/** A bulk request of a user. */
export const bodyOf = (user) =>
  JSON.stringify({
    context: { targetingKey: `user-${user}`, email: `u${user}@corp.example`, plan: 'gold', country: 'CH' },
  })
