/** What was recorded of older relays, providers and files is read today; and who asks as older providers did is answered. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { applyPatch, vendors, type RulesetPatch, type SealedRuleset } from '@switchyard/engine'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEventStreamParser, type ServerSentEvent } from '../../provider/src/server/event-stream-parser.js'
import { readSnapshot } from '../../provider/src/server/snapshot-format.js'
import { serverKey, startPlane } from '../../relay/test/http/plane.js'
import { readStream } from '../../relay/test/http/read-stream.js'

const recorded = (name: string): string => readFileSync(new URL(`../fixtures/wire/${name}`, import.meta.url), 'utf8')

interface Answer {
  readonly flag: string
  readonly context: Record<string, string>
  readonly before: unknown
  readonly after: unknown
}

const answers = JSON.parse(recorded('format-1-answers.json')) as readonly Answer[]
const ruleset = JSON.parse(recorded('format-1-ruleset.json')) as SealedRuleset
const readers = JSON.parse(recorded('readers.json')) as readonly { reader: string; headers: Record<string, string> }[]

/** A relay of that time: what it sent to whom opened the stream, up to the patch, and the patch when it is told to. */
async function olderRelay(): Promise<{ readonly url: string; readonly change: () => void }> {
  const text = recorded('format-1-stream.txt')
  const at = text.lastIndexOf('\n\nid: ') + 2
  let change = (): void => undefined
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(text.slice(0, at))
    change = () => void response.write(text.slice(at))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, change: () => change() }
}

/** The value, or the error. */
async function answerOf(client: Client, { flag, context, before }: Answer): Promise<unknown> {
  const isNumber = typeof before === 'number'
  const isBoolean = flag === 'gone' || flag === 'added'
  const { value, errorCode } = isBoolean
    ? await client.getBooleanDetails(flag, false, context)
    : isNumber
      ? await client.getNumberDetails(flag, -1, context)
      : await client.getStringDetails(flag, 'default', context)
  return errorCode ?? value
}

const given = async (client: Client): Promise<unknown[]> =>
  Promise.all(answers.map((answer) => answerOf(client, answer)))

describe('what an older relay sent', () => {
  it('is answered from as it was, before a patch and after it', async () => {
    const relay = await olderRelay()
    onTestFinished(() => OpenFeature.clearProviders())
    await OpenFeature.setProviderAndWait('older', new SwitchyardProvider({ url: relay.url, usage: false }))
    const client = OpenFeature.getClient('older')
    expect(await given(client)).toEqual(answers.map(({ before }) => before))
    relay.change()
    await expect.poll(() => given(client)).toEqual(answers.map(({ after }) => after))
  })
})

describe('what an older provider wrote', () => {
  it('is its ruleset still', () => {
    const owner = ['http://relay.example', [['authorization', 'Bearer key']]]
    expect(readSnapshot(recorded('file-1.snapshot'), owner)).toMatchObject({ kind: 'kept', ruleset })
  })
})

function eventsOf(text: string): ServerSentEvent[] {
  const events: ServerSentEvent[] = []
  createEventStreamParser((event) => events.push(event)).feed(text)
  return events
}

/** Documents from which such a stream comes today. */
const documents = [{ f: 'a' }, { f: 'b', g: 'c' }]
  .map((values) => ({ same: 'x'.repeat(5_000), ...values }))
  .map((values) => ({
    flags: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        { state: 'ENABLED', variants: { v: value }, defaultVariant: 'v', targeting: { if: [{ var: 'x' }, 'v', null] } },
      ]),
    ),
  }))

describe.each(readers)('$reader', ({ headers }) => {
  it('gets events that it can read, with all that it was ever sent', async () => {
    const plane = await startPlane()
    const serve = (document: unknown): void => {
      const vendor = vendors.get('flagd')
      const decoded = vendor?.decode(document)
      if (vendor === undefined || decoded?.ok !== true) throw new Error('the document is refused')
      plane.shop.serve({ ...vendor.translate(decoded.document).ruleset, metadata: { flagSetId: 'shop' } })
    }
    serve(documents[0])
    const stream = await readStream(`${plane.url}/switchyard/v1/stream`, {
      authorization: `Bearer ${serverKey}`,
      ...headers,
    })
    await expect.poll(() => stream.events).toHaveLength(2)
    serve(documents[1])
    await expect.poll(() => stream.events).toHaveLength(3)
    const before = eventsOf(recorded('format-1-stream.txt'))
    for (const [index, event] of stream.events.entries()) {
      expect(event.event).toBe(before[index]?.event)
      const members = Object.keys(JSON.parse(before[index]?.data ?? '{}') as object)
      expect(Object.keys(event.data as object)).toEqual(expect.arrayContaining(members))
    }
    const [whole, patch] = [stream.events[1]?.data as SealedRuleset, stream.events[2]?.data as RulesetPatch]
    expect([whole.ruleset, patch.ruleset]).toEqual([1, 1])
    expect(applyPatch(whole, patch).ok).toBe(true)
  })
})
