/** Whether a contender answers what it should, so that nobody wins by answering nonsense. */
import { expectedValue, possibleValues } from './flags.mjs'
import { ask } from './requests.mjs'

const users = 24
/** Of all answers about flags that are split in halves each value has at least this share. */
const leastShare = 0.25

/**
 * Asks for some users, and reads every flag of every answer.
 *
 * @param {{ request: object, values: (answer: unknown) => Map<string, string>, flags: { key: string, kind: string }[], firstUser: number }} what
 * @returns {Promise<number>} bytes of an answer's body
 * @throws when a flag is missing or has a value that it cannot have
 */
export async function checkAnswers(port, { request, values, flags, firstUser }) {
  const seen = { total: 0, blue: 0 }
  let bytes = 0
  for (let user = firstUser; user < firstUser + users; user += 1) {
    const text = await textOf(port, request, user)
    bytes = Buffer.byteLength(text)
    const answer = values(JSON.parse(text))
    if (answer.size !== flags.length) throw new Error(`${answer.size} flags instead of ${flags.length}`)
    for (const flag of flags) {
      const value = answer.get(flag.key)
      expectValue(flag, value, expectedValue(flag))
      if (flag.kind === 'split') seen.total += 1
      if (flag.kind === 'split' && value === possibleValues[1]) seen.blue += 1
    }
  }
  const share = seen.blue / seen.total
  if (seen.total >= 100 && (share < leastShare || share > 1 - leastShare))
    throw new Error(`${share} of the split are blue`)
  await checkStranger(port, { request, values, flags, firstUser })
  return bytes
}

/** Somebody whom no rule matches: whoever does not read the context is found out. */
async function checkStranger(port, { request, values, flags, firstUser }) {
  const other = (text) => text?.replace('corp.example', 'other.example')
  const asked = { ...request, path: other(request.path), body: other(request.body) }
  const answer = values(JSON.parse(await textOf(port, asked, firstUser)))
  for (const flag of flags) {
    if (flag.kind === 'targeted') expectValue(flag, answer.get(flag.key), possibleValues[0])
  }
}

function expectValue({ key }, value, expected) {
  if (!possibleValues.includes(value) || (expected !== null && value !== expected)) {
    throw new Error(`${key} is ${JSON.stringify(value)} instead of ${JSON.stringify(expected ?? possibleValues)}`)
  }
}

async function textOf(port, request, user) {
  const answer = await ask(port, request, user)
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`status ${answer.status}: ${text.slice(0, 300)}`)
  return text
}
