/** Reads the one evaluation context of a command. */
import { isUtf8 } from 'node:buffer'
import { normalizeContext, type JsonObject } from '@switchyard/engine'
import { scanJson } from '../vendors/file/json-scan.js'
import { UsageError, type CommandHost } from './command.js'

export type ReadContext =
  { readonly ok: true; readonly context: JsonObject } | { readonly ok: false; readonly message: string }

/**
 * @param given the context itself; null: it comes on standard input, where nothing at all is an empty context
 * @throws UsageError where standard input is a keyboard
 */
export async function readContext(given: string | null, host: CommandHost): Promise<ReadContext> {
  const text = given ?? (await readAll(host))
  if (text === null) return { ok: false, message: 'the context is not UTF-8' }
  if (given === null && text.trim() === '') return { ok: true, context: {} }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const { error } = scanJson(text)
    const where = error === null ? '' : `, character ${error.offset + 1}: expected ${error.expected}`
    return { ok: false, message: `the context is not JSON${where}` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, message: 'the context is not a JSON object' }
  }
  return { ok: true, context: normalizeContext(value) }
}

/** Null where the bytes are not UTF-8. */
async function readAll({ stdin }: CommandHost): Promise<string | null> {
  if ('isTTY' in stdin && stdin.isTTY === true) {
    throw new UsageError('the context is missing: give it as --context, or on standard input')
  }
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  const bytes = Buffer.concat(chunks)
  return isUtf8(bytes) ? bytes.toString().replace(/^\ufeff/, '') : null
}
