import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { flagsmith } from '../../../src/vendors/flagsmith/index.js'
import { snapshotOf, vendorFlags } from './evaluate.js'
import { readCommentedJson, vectors } from './recorded.js'

const folder = vectors('flagsmith-docs/official-fixtures')

function read(file: string): unknown {
  return readCommentedJson(join(folder ?? '', file))
}

describe.runIf(folder !== null)("documents of the vendor's own tests and pages", () => {
  const files = ['environment.json', 'offline-environment.json', 'docs-sample-environment-document.json']
  const documents = folder === null ? [] : files.map((file): [string, unknown] => [file, read(file)])
  const proxied = folder === null ? {} : (read('edge-proxy-test-environments.json') as Record<string, unknown>)

  it.each([...documents, ...Object.entries(proxied)])('%s is recognised and read without a finding', (_, document) => {
    expect(flagsmith.recognises(document)).toBe(true)
    expect(flagsmith.decode(document)).toMatchObject({ ok: true, diagnostics: [] })
  })

  it('environment.json answers its override and its option of full weight', () => {
    const flags = vendorFlags(snapshotOf(read('environment.json')), { targetingKey: 'overridden-id' })
    expect(flags).toMatchObject({
      some_feature: { enabled: false, value: 'some-overridden-value' },
      mv_feature: { enabled: false, value: 'bar' },
    })
  })

  it.each(['flags.json', 'identities.json'])('%s, an answer and no document, is not recognised', (file) => {
    expect(flagsmith.recognises(read(file))).toBe(false)
  })
})
