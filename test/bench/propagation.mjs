/** From a change of the flags to an application that sees it: over the event stream and a refetch, and in process. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenFeature } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { median, ratioRow } from './measure.mjs'
import { startRelay, stop } from './processes.mjs'

const flips = 9
const bulk = '/ofrep/v1/evaluate/flags'

/** Rows: milliseconds, beside the second that a flip may take. */
export async function propagationRows() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  const file = join(folder, 'flags.json')
  flip(file, 0)
  const relay = await startRelay({
    ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__BENCH__UPSTREAM__PATH: file,
  })
  const limit = 1
  try {
    const streamed = await overStream(relay.dataUrl, file)
    const inProcess = await overProvider(relay.dataUrl, file)
    return [
      ratioRow('a flip until a client of the event stream has refetched, beside a second', streamed, 1_000, {
        unit: 'ms',
        limit,
      }),
      ratioRow('a flip until a provider in process answers, beside a second', inProcess, 1_000, { unit: 'ms', limit }),
    ]
  } finally {
    await OpenFeature.close()
    await stop(relay.child)
    rmSync(folder, { recursive: true })
  }
}

/** Replaces the file by one whose flag has that value, as editors and deployments do. */
function flip(file, value) {
  const flag = { state: 'ENABLED', variants: { now: value }, defaultVariant: 'now' }
  writeFileSync(`${file}.new`, JSON.stringify({ flags: { f: flag } }))
  renameSync(`${file}.new`, file)
}

async function ask(dataUrl) {
  const answer = await fetch(dataUrl + bulk, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  return answer.json()
}

async function overStream(dataUrl, file) {
  const { eventStreams } = await ask(dataUrl)
  const stream = await fetch(dataUrl + eventStreams[0].endpoint.requestUri)
  const chunks = stream.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  const times = []
  for (let value = 1; value <= flips; value += 1) {
    const start = performance.now()
    flip(file, value)
    // A stream begins with what holds now; only the news after that is of the flip.
    for (let seen; seen !== value; seen = (await ask(dataUrl)).flags[0].value) await event(chunks)
    times.push(performance.now() - start)
  }
  await chunks.return()
  return median(times)
}

/** Resolves with the next event of the stream. */
async function event(chunks) {
  for (let text = ''; !text.includes('refetchEvaluation'); text += (await chunks.next()).value);
}

async function overProvider(dataUrl, file) {
  await OpenFeature.setProviderAndWait(new SwitchyardProvider({ url: dataUrl }))
  const client = OpenFeature.getClient()
  const times = []
  for (let value = 101; value <= 100 + flips; value += 1) {
    const start = performance.now()
    flip(file, value)
    while ((await client.getNumberValue('f', 0)) !== value) await new Promise((resolve) => setTimeout(resolve, 1))
    times.push(performance.now() - start)
  }
  return median(times)
}
