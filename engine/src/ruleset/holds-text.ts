/**
 * Whether a text holds another one, as `includes`, in time that grows with their lengths and no more: runtimes compare a long
 * part again at nearly every place of a text that is made for it, which takes seconds for one request.
 */
export function holdsText(text: string, part: string): boolean {
  return part.length <= maxNativeLength ? text.includes(part) : searchOnce(text, part)
}

/** Up to this length V8 looks at hardly any character twice. */
const maxNativeLength = 256

/** The search of Knuth, Morris and Pratt: no character of the text is looked at again. */
function searchOnce(text: string, part: string): boolean {
  const borders = bordersOf(part)
  let matched = 0
  for (let position = 0; position < text.length; position += 1) {
    matched = extended(part, borders, matched, text.charCodeAt(position))
    if (matched === part.length) return true
  }
  return false
}

/** For every beginning of the part: how long the longest shorter beginning is that it ends with. */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length)
  let matched = 0
  for (let position = 1; position < part.length; position += 1) {
    matched = extended(part, borders, matched, part.charCodeAt(position))
    borders[position] = matched
  }
  return borders
}

/** How much of the part matches when the next unit of the text is there too. */
function extended(part: string, borders: Int32Array, matched: number, unit: number): number {
  let length = matched
  while (length > 0 && part.charCodeAt(length) !== unit) length = borders[length - 1] as number
  return part.charCodeAt(length) === unit ? length + 1 : length
}
