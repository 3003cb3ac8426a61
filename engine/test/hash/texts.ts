import fc from 'fast-check'

const ascii = fc.integer({ min: 0, max: 0x7f })
const surrogate = fc.integer({ min: 0xd800, max: 0xdfff })
const any = fc.integer({ min: 0, max: 0xffff })
const mixed = fc.oneof(
  { arbitrary: ascii, weight: 4 },
  { arbitrary: surrogate, weight: 3 },
  { arbitrary: any, weight: 3 },
)

/** Text of so many code units: of ASCII, or of anything, lone surrogates and pairs included. */
function textOf(length: number): fc.Arbitrary<string> {
  const exactly = { minLength: length, maxLength: length }
  return fc.oneof(fc.array(ascii, exactly), fc.array(mixed, exactly)).map((units) => String.fromCharCode(...units))
}

/** Text of any of the lengths that matter to a hash with blocks, tails and paddings. */
export const text: fc.Arbitrary<string> = fc.integer({ min: 0, max: 300 }).chain(textOf)

/** Checks a claim on some texts of every length from 0 to 300. */
export function checkEveryLength(claim: (text: string) => void): void {
  for (let length = 0; length <= 300; length += 1) {
    const property = fc.property(textOf(length), (input) => {
      claim(input)
    })
    fc.assert(property, { numRuns: 8 })
  }
}

/**
 * Long texts of one kind of character each: on both sides of 4,096 code units, where XXH64 starts a new piece, and of some
 * 21,800, where the shared buffer ends.
 */
export const longTexts: readonly (readonly [name: string, text: string])[] = [
  ['ASCII', 'a'],
  ['two bytes a character', 'é'],
  ['three bytes a character', '日'],
  ['surrogate pairs', '😀'],
  ['surrogate pairs behind one unit', 'x😀'],
  ['lone surrogates', '\udc00\ud800'],
].flatMap(([name = '', characters = '']) =>
  [4094, 4095, 4096, 4097, 8191, 8192, 8193, 21_820, 21_821, 21_822, 70_001].map(
    (units) => [`${units} units of ${name}`, characters.repeat(units).slice(0, units)] as const,
  ),
)
