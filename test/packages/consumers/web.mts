/** An application in a browser, as far as Node can be one. Compiled and run as an ES module and as CommonJS. */
import { OpenFeature } from '@openfeature/web-sdk'
import { SwitchyardWebProvider, type SwitchyardWebProviderOptions } from '@switchyard/openfeature-provider/web'
import { sharedEventSource } from '@switchyard/openfeature-provider/web-tabs'

// @ts-expect-error: the types have arrived, so what is wrong is told
export const wrong: SwitchyardWebProviderOptions = { url: 1 }

async function main(): Promise<void> {
  const [, , url = '', apiKey = ''] = process.argv
  const options: SwitchyardWebProviderOptions = { url, apiKey, changeDetection: 'none', eventSource: sharedEventSource }
  const provider = new SwitchyardWebProvider(options)
  await OpenFeature.setProviderAndWait(provider, { targetingKey: 'user-1', plan: 'gold' })
  const client = OpenFeature.getClient()
  const { value, variant, reason } = client.getStringDetails('banner', 'default')
  const isMissing = client.getBooleanDetails('no-such-flag', true).errorCode
  console.log(JSON.stringify({ value, variant, reason, isMissing }))
  await OpenFeature.close()
}

void main()
