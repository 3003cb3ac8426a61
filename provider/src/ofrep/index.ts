export {
  createOfrepClient,
  type BulkAnswer,
  type BulkConditions,
  type BulkResult,
  type FlagResult,
  type OfrepClient,
} from './client.js'
export { parseRetryAfter } from './retry-after.js'
export { failed, resolve, type Resolution, type ValueType } from './resolve.js'
export type * from './wire.js'
