/** An upstream that is a file. */
import { z } from 'zod'
import { attributeName, duration, filePath, type UpstreamSchema } from '../option-types.js'

/** The vendors whose documents may stand in a file. */
type FileVendor = 'flagd' | 'flagsmith' | 'featbit' | 'cloudbees' | 'flagbase'

export interface FileOptions {
  readonly type: 'file'
  /** Absolute, or relative to the working directory. */
  readonly path: string
  /** Whose document it is; recognised from the document when absent. */
  readonly vendor?: FileVendor
  /** By the name's ending when absent (`.json`, `.yaml`, `.yml`), and for other names by the first character. */
  readonly format?: 'json' | 'yaml'
  readonly pollIntervalMs: number
  /** For documents of flagd: how `fractional` assigns; `legacy` as flagd did before 0.15. */
  readonly bucketing?: 'current' | 'legacy'
  /** These are for documents of CloudBees. */
  readonly stickinessAttribute?: string
  readonly datetimeAttributes?: readonly string[]
}

/** Schema of `upstream: { type: file, ... }`. */
export const fileOptions: UpstreamSchema<FileOptions> = z
  .strictObject({
    type: z.literal('file').meta({ description: 'The flags are in a file.' }),
    path: filePath().meta({ description: 'The file. Relative to the configuration file that names it.' }),
    vendor: z
      .enum(['flagd', 'flagsmith', 'featbit', 'cloudbees', 'flagbase'])
      .exactOptional()
      .meta({ description: 'Whose document it is. Recognised from the document when absent.' }),
    format: z.enum(['json', 'yaml']).exactOptional().meta({
      description: "By the name's ending when absent; for other names than `.json`, `.yaml` and `.yml` by the content.",
    }),
    pollInterval: duration(10)
      .prefault('1s')
      .meta({ description: 'How often the file is looked at, where its changes are not announced.' }),
    bucketing: z.enum(['current', 'legacy']).exactOptional().meta({
      description:
        'Documents of flagd: `legacy` assigns users by `fractional` as flagd did before 0.15. `current` when absent.',
    }),
    stickinessAttribute: attributeName().exactOptional().meta({
      description: 'Documents of CloudBees: the attribute that answers for `rox.distinct_id`, as in an upstream of it.',
    }),
    datetimeAttributes: z.array(attributeName()).exactOptional().meta({
      description: 'Documents of CloudBees: attributes that are points in time.',
    }),
  })
  .transform(({ pollInterval, ...rest }) => ({ ...rest, pollIntervalMs: pollInterval }))
