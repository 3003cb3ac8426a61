/** The part of the schema that reads keys of applications. */
import { z } from 'zod'
import { secret, type WrittenText } from '../vendors/option-types.js'
import { accessKey, type AccessKey } from './access-key.js'
import { parseTime } from '../parse-time.js'

type WrittenKey = WrittenText | { readonly key: WrittenText; readonly validUntil: string }

/** Hidden like a secret, as the key may stand here by mistake. */
const validUntil = z
  .string()
  .refine((text) => parseTime(text) !== null)
  .meta({ isSecret: true, expects: 'a time with its offset, such as 2027-01-31T18:00:00Z' })

/** A key, or a key and until when it opens anything. Only its digest is left when it has been read. */
export const accessKeySchema: z.ZodType<AccessKey, WrittenKey> = z
  .union([secret(), z.strictObject({ key: secret(), validUntil })])
  .transform((written) =>
    typeof written === 'string' ? accessKey(written) : accessKey(written.key, parseTime(written.validUntil)),
  )
  .meta({
    isSecret: true,
    expects:
      'a secret without spaces, ${VARIABLE}, { fromFile: path }, or { key: one of these, validUntil: a time such as 2027-01-31T18:00:00Z }',
  })
