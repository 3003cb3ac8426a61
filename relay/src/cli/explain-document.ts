/** Explains flags by a flag document. */
import { explain, redactExplanation } from '@switchyard/engine'
import { exitCode, type CommandHost } from './command.js'
import type { DocumentFile, ExplainQuestion, Explaining } from './explained.js'
import { formatDiagnostics, readDocument } from './read-document.js'

/** Never rejects: what went wrong is in the result. Findings are written to standard error. */
export async function explainDocument(
  { file, vendor }: DocumentFile,
  { flagKeys, context, nowMs, isRedacted }: ExplainQuestion,
  host: CommandHost,
): Promise<Explaining> {
  const read = await readDocument(file, vendor === undefined ? {} : { vendor })
  host.stderr.write(formatDiagnostics(read.diagnostics))
  if (!read.ok) return { ok: false, code: exitCode.document, message: read.message }
  const environment = { nowMs: nowMs ?? host.now(), random: Math.random }
  const explanations = []
  for (const flagKey of flagKeys ?? read.snapshot.flagKeys) {
    const explanation = explain(read.snapshot, flagKey, context, environment)
    if (explanation === null) {
      return { ok: false, code: exitCode.failure, message: `flag ${JSON.stringify(flagKey)} not found` }
    }
    explanations.push(isRedacted ? redactExplanation(explanation, context) : explanation)
  }
  return { ok: true, title: file, answer: { revision: read.revision, explanations } }
}
