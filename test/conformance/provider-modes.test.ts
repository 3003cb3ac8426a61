/** In process and remotely an application gets the same, from a real data plane. */
import {
  ErrorCode,
  OpenFeature,
  type Client,
  type EvaluationContext,
  type EvaluationDetails,
  type JsonValue,
} from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { flags, serverKey, startPlane } from '../../relay/test/http/plane.js'

type Details = EvaluationDetails<JsonValue>

const asks: Readonly<Record<string, (client: Client, key: string, context: EvaluationContext) => Promise<Details>>> = {
  boolean: (client, key, context) => client.getBooleanDetails(key, true, context),
  string: (client, key, context) => client.getStringDetails(key, 'default', context),
  number: (client, key, context) => client.getNumberDetails(key, 7, context),
  object: (client, key, context) => client.getObjectDetails(key, { default: true }, context),
}

const contexts: readonly EvaluationContext[] = [
  {},
  { targetingKey: 'user-1', plan: 'gold' },
  { targetingKey: 5 as never },
]

async function clientOf(url: string, mode: 'in-process' | 'remote'): Promise<Client> {
  const domain = `modes-${mode}`
  onTestFinished(() => OpenFeature.clearProviders())
  await OpenFeature.setProviderAndWait(domain, new SwitchyardProvider({ url, apiKey: serverKey, mode }))
  return OpenFeature.getClient(domain)
}

/** What was expected and what came is told in other words. */
function withoutWords(details: Details): Partial<Details> {
  const { errorMessage, ...rest } = details
  return details.errorCode === ErrorCode.TYPE_MISMATCH ? rest : { ...rest, ...(errorMessage && { errorMessage }) }
}

describe('a provider in process and one that asks', () => {
  it.each([...Object.keys(flags), 'not there'])('answer %j the same, asked for any type', async (flagKey) => {
    const { url } = await startPlane()
    const [inProcess, remote] = [await clientOf(url, 'in-process'), await clientOf(url, 'remote')]
    for (const context of contexts) {
      for (const ask of Object.values(asks)) {
        expect(withoutWords(await ask(inProcess, flagKey, context))).toEqual(
          withoutWords(await ask(remote, flagKey, context)),
        )
      }
    }
  })
})
