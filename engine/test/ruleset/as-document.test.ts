import { describe, expect, it } from 'vitest'
import { compile, providerView, rulesetAsDocument, seal, type Ruleset } from '../../src/index.js'

const native: Ruleset = {
  ruleset: 1,
  dialects: [],
  info: { vendor: 'somebody' },
  flags: {
    banner: { outcomes: [{ value: 'red', reason: 'STATIC', native: { own: 'words' } }], decide: 0 },
    limit: { outcomes: [{ value: 3, reason: 'STATIC' }], decide: 0 },
  },
  targets: { somebody: { banner: 0 } },
}

function read(input: unknown) {
  const decoded = rulesetAsDocument.decode(input)
  return decoded.ok ? rulesetAsDocument.translate(decoded.document) : decoded.diagnostics[0]?.message
}

describe('a ruleset as a document', () => {
  it('keeps hashes and revision, though its parts lack what only the sender needs', () => {
    const sealed = seal(native)
    const received = JSON.parse(JSON.stringify(providerView(sealed))) as unknown
    expect(read(received)).toEqual({ ruleset: received, diagnostics: [], isSealed: true })
    const { snapshot } = compile(received as Ruleset)
    expect(snapshot.ruleset.revision).toBe(sealed.revision)
  })

  const sealed = JSON.parse(JSON.stringify(seal(native))) as Record<string, unknown>
  const { limit: _limit, ...fewer } = sealed['flags'] as Record<string, unknown>

  it.each([
    ['no object', [], 'it is no ruleset'],
    ['another document', { flags: {} }, 'it is no ruleset'],
    ['another format', { ...sealed, ruleset: 2 }, /^its format is 2/],
    ['flags in a list', { ...sealed, flags: [] }, 'it has no dialects or no flags'],
    ['targets in a list', { ...sealed, targets: [] }, /are not by name$/],
    ['no revision', { ...sealed, revision: undefined }, 'it carries no revision'],
    ['a flag less', { ...sealed, flags: fewer }, 'its parts are not those of its revision'],
    ['a flag that is no object', { ...sealed, flags: { ...fewer, limit: null } }, /not those of its revision$/],
  ])('refuses %s', (_, input, message) => {
    const said = read(input)
    if (typeof message === 'string') expect(said).toBe(message)
    else expect(said).toMatch(message)
  })
})
