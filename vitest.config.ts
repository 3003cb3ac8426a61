import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const slowTests = '**/*.slow.test.ts'

/**
 * Tests run against the sources, so a change is seen without a build; suites that spawn the command use the build.
 * `--mode slow` runs what takes minutes instead of what takes seconds.
 */
export default defineConfig(({ mode }) => ({
  resolve: {
    alias: {
      '@switchyard/engine': source('engine/src/index.ts'),
      '@switchyard/openfeature-provider/server': source('provider/src/server/index.ts'),
      '@switchyard/openfeature-provider/web-tabs': source('provider/src/web-tabs/index.ts'),
      '@switchyard/openfeature-provider/web': source('provider/src/web/index.ts'),
      '#snapshot-file': source('provider/src/server/node-snapshot-file.ts'),
      '#transport': source('provider/src/server/undici-transport.ts'),
    },
  },
  test: {
    include: [`{engine,relay,provider,test}/${mode === 'slow' ? slowTests : '**/*.test.ts'}`],
    exclude: ['**/node_modules/**', '**/dist/**', ...(mode === 'slow' ? [] : [slowTests])],
    testTimeout: mode === 'slow' ? 300_000 : 30_000,
    hookTimeout: mode === 'slow' ? 300_000 : 30_000,
    // A busy machine is no failure: how fast things are is for the benches to say.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
  },
}))
