/** An application on a server. Compiled and run as an ES module and as CommonJS, so there is no `await` outside of functions. */
import { OpenFeature } from '@openfeature/server-sdk'
import { SwitchyardProvider, type SwitchyardProviderOptions } from '@switchyard/openfeature-provider/server'

// @ts-expect-error: the types have arrived, so what is wrong is told
export const wrong: SwitchyardProviderOptions = { url: 1 }

async function main(): Promise<void> {
  const [, , url = '', apiKey = ''] = process.argv
  const options: SwitchyardProviderOptions = { url, apiKey }
  const provider = new SwitchyardProvider(options)
  await OpenFeature.setProviderAndWait(provider)
  const client = OpenFeature.getClient()
  const context = { targetingKey: 'user-1', plan: 'gold' }
  const { value, variant, reason } = await client.getStringDetails('banner', 'default', context)
  const isMissing = (await client.getBooleanDetails('no-such-flag', true, context)).errorCode
  console.log(JSON.stringify({ mode: provider.mode, value, variant, reason, isMissing }))
  await OpenFeature.close()
}

void main()
