import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests run against the sources, so a change is seen without a build; suites that spawn the command use the build. */
export default defineConfig({
  resolve: {
    alias: {
      '@switchyard/engine': fileURLToPath(new URL('engine/src/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['{engine,relay,provider,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.slow.test.ts'],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
})
