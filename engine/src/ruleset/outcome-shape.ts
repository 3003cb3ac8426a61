/** Whether what stands where an outcome should is one. */
import { isRecord } from './json.js'
import type { Outcome } from './types.js'

/** Whether it can be answered with: it has a reason, and what it has besides is of the right kind. */
export function isOutcome(value: unknown): value is Outcome {
  return (
    isRecord(value) &&
    typeof value['reason'] === 'string' &&
    textMembers.every((name) => value[name] === undefined || typeof value[name] === 'string') &&
    objectMembers.every((name) => value[name] === undefined || isRecord(value[name])) &&
    (value['codeDefault'] === undefined || isListOfText(value['codeDefault']))
  )
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

const textMembers = ['variant', 'errorCode', 'errorDetails'] as const
const objectMembers = ['metadata', 'serverMetadata', 'as', 'compute'] as const
