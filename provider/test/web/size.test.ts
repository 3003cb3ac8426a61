import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'

const maxBytes = 4_000

/** What a page loads of the built package, without the SDK, which it has anyway. */
async function bundle(entry: string): Promise<{ readonly bytes: number; readonly inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: fileURLToPath(new URL('../../dist/esm', import.meta.url)),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['@openfeature/*'],
    write: false,
    metafile: true,
  })
  const [output] = outputFiles
  if (output === undefined) throw new Error(`nothing was built from ${entry}`)
  return { bytes: brotliCompressSync(output.contents).length, inputs: Object.keys(metafile.inputs) }
}

describe('the web provider as a page loads it', () => {
  let bundled: Awaited<ReturnType<typeof bundle>>

  beforeAll(async () => {
    bundled = await bundle('web/index.js')
  })

  it(`has at most ${maxBytes} bytes, minified and compressed by brotli, the SDK aside`, () => {
    expect(bundled.bytes).toBeLessThanOrEqual(maxBytes)
  })

  it('is made of its own folder and the OFREP client alone', () => {
    const folders = new Set(bundled.inputs.map((path) => path.split('/')[0]))
    expect([...folders].toSorted()).toEqual(['ofrep', 'web'])
  })
})
