/**
 * What a client that was told of a change brings along with its next bulk request: which configuration it heard of.
 *
 * @see OFREP 0.3.0, `flagConfigEtag`. Its sibling `flagConfigLastModified` says nothing that the tag does not say better.
 */
import type { EvaluationCall } from '../evaluation-call.js'
import { queryParameter } from '../query-parameter.js'
import { guard } from '../respond.js'

/**
 * The configuration as the event named it, without quotes; null where the request brings none.
 *
 * @param target as in the request line
 */
export function hintedConfiguration(target: string): string | null {
  const tag = queryParameter(target, 'flagConfigEtag')
  return tag === undefined ? null : tag.replace(/^(?:W\/)?"(.*)"$/, '$1')
}

/**
 * Goes on with the call once the hinted configuration is served, or without it after the wait that the settings allow: another
 * replica may have told of a change that is on its way here.
 */
export function afterHinted(call: EvaluationCall, hint: string, proceed: (call: EvaluationCall) => void): void {
  const { exchange, access } = call
  const { streams } = exchange.plane
  const { environment } = access
  const go = (): void =>
    guard(exchange, () => {
      exchange.state = environment.state
      proceed({ ...call, served: environment.served ?? call.served })
    })
  // What is none of our tags never comes.
  if (/^[0-9a-f]{16}$/.test(hint)) {
    streams.of(environment).configurations.whenServed(hint, exchange.plane.limits.freshnessWaitMs, go)
  } else go()
}
