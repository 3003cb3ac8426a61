import { format, resolveConfig } from 'prettier'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { conformancePage } from './page.js'

const page = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url))

describe('docs/conformance.md', () => {
  it('says what the suites list', async () => {
    const text = await format(conformancePage(), { ...(await resolveConfig(page)), filepath: page })
    await expect(text).toMatchFileSnapshot(page)
  })
})
