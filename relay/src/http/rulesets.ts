/** The ruleset itself, for providers that evaluate in their own process. Only servers get it: it holds every rule. */
import type { Access, Served } from '../environments/environment.js'
import { acceptsGzip } from './accept-encoding.js'
import { codingHeld, contextValidator, entityTag } from './etag.js'
import type { Exchange } from './exchange.js'
import { findServed, findServerAccess } from './find-access.js'
import { guard, refuse, respond } from './respond.js'
import { formatHeader, readsOurFormat, rulesetContentType } from './ruleset-format.js'
import { publish } from './streams/published-ruleset.js'
import { answerStreamHead, refuseWhileClosing } from './streams/stream-answer.js'

interface RulesetCall {
  readonly access: Access
  readonly served: Served
}

/** `GET /switchyard/v1/ruleset` */
export function answerRuleset(exchange: Exchange): void {
  const call = beginRulesetCall(exchange)
  if (call === null) return
  const { 'if-none-match': ifNoneMatch, 'accept-encoding': acceptEncoding } = exchange.request.headers
  const validator = validatorOf(exchange, call)
  const headers = ['Vary', 'Accept', ...formatHeader]
  const contentType = rulesetContentType(exchange.request.headers)
  const held = ifNoneMatch === undefined ? undefined : codingHeld(ifNoneMatch, validator)
  if (held !== undefined) {
    return respond(exchange, { status: 304, body: null, headers: ['ETag', entityTag(validator, held), ...headers] })
  }
  const { document, compressed } = publish(call.served)
  if (!acceptsGzip(acceptEncoding)) {
    const encoded = { body: document(), coding: 'identity' } as const
    return respond(exchange, { status: 200, body: null, encoded, validator, contentType, headers })
  }
  const answer = (body: Buffer): void =>
    respond(exchange, { status: 200, body: null, encoded: { body, coding: 'gzip' }, validator, contentType, headers })
  compressed().then(
    (body) => guard(exchange, () => answer(body)),
    (error: unknown) =>
      guard(exchange, () => {
        throw error
      }),
  )
}

/** `GET /switchyard/v1/stream` */
export function streamRuleset(exchange: Exchange): void {
  const call = beginRulesetCall(exchange)
  if (call === null || refuseWhileClosing(exchange) || answerStreamHead(exchange)) return
  const { access } = call
  exchange.plane.streams.of(access.environment).rulesets().open(exchange, access)
}

/** Who asks and what is served; null where the request was refused. */
function beginRulesetCall(exchange: Exchange): RulesetCall | null {
  const access = findServerAccess(exchange)
  if (access === null) return null
  if (!readsOurFormat(exchange.request.headers)) {
    refuse(exchange, 406, { errorDetails: 'rulesets are in format 1 here', headers: formatHeader })
    return null
  }
  const served = findServed(exchange, access)
  return served === null ? null : { access, served }
}

/** The state is left out: it is in a header, and what is served does not depend on it. */
function validatorOf({ plane: { engineVersion } }: Exchange, { access, served: { revision } }: RulesetCall): string {
  const { audience, scope } = access
  return contextValidator({ engineVersion, revision, audience, scope, state: '', streamEpoch: '' }, {})
}
