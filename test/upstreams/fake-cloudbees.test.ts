import { readFileSync } from 'node:fs'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from './faults.js'
import { type FakeCloudBees, startFakeCloudBees } from './fake-cloudbees.js'

interface Capture {
  readonly scenario: string
  readonly requests: readonly {
    readonly method: 'GET' | 'POST'
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: object
    /** A status, followed by the media type where that matters. */
    readonly answered: number | string
  }[]
}

const captures = (
  JSON.parse(readFileSync(new URL('../fixtures/cloudbees/http-captures.json', import.meta.url), 'utf8')) as {
    readonly captures: readonly Capture[]
  }
).captures

/** What the CDN is told to do where a scenario has it do something else than deliver. */
const cdnFaults = new Map<string, Fault>([
  ['platform-404', { kind: 'status', status: 404 }],
  ['platform-403', { kind: 'status', status: 403 }],
  ['platform-result404', { kind: 'body', body: '{"result":404}' }],
  ['platform-500', { kind: 'status', status: 500 }],
])

let fake: FakeCloudBees

beforeEach(async () => {
  fake = await startFakeCloudBees({ experiments: [], targetGroups: [] })
})

afterEach(() => fake.close())

function addressOf(url: string): string {
  const bases = new Map([
    ['{confCdn}', fake.baseUrl],
    ['{api}', fake.apiUrl],
    ['{roxy}', fake.apiUrl],
    ['{push}', fake.realtimeUrl],
    ['{stateCdn}', `${fake.apiUrl}/state`],
  ])
  return url.replace(/^\{\w+\}/, (base) => bases.get(base) ?? base)
}

describe('the fake of CloudBees', () => {
  it('stands for nine recorded scenarios', () => {
    expect(captures.map(({ requests }) => requests.length)).toEqual([5, 4, 3, 3, 3, 1, 2, 1, 1])
  })

  it.each(captures)('answers what the C SDK asks as it was answered: $scenario', async ({ scenario, requests }) => {
    fake.fault = cdnFaults.get(scenario) ?? null
    fake.knowsStates = scenario === 'platform-state200'
    for (const { method, url, headers, body, answered } of requests) {
      const answer = await request(addressOf(url), {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      })
      const [, type] = String(answered).split(' ')
      expect([url, answer.statusCode]).toEqual([url, Number.parseInt(String(answered), 10)])
      if (type !== undefined) expect(answer.headers['content-type']).toBe(type)
      answer.body.on('error', () => undefined).destroy()
    }
  })
})
