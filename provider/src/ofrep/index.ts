export {
  evaluateFlag,
  evaluateFlags,
  type BulkAnswer,
  type BulkConditions,
  type BulkResult,
  type FlagResult,
  type OfrepServer,
} from './client.js'
export { isObject, parseObject, readFlags, type FlagSet, type Members } from './read-answer.js'
export { parseRetryAfter } from './retry-after.js'
export { failed, resolve, type Resolution, type ValueType } from './resolve.js'
export type * from './wire.js'
