/** Rows in which the vendor's TLS fails. */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Played, Row } from './row.js'
import { answers, data, freshAgain, noticed, pollingFlagsmith, portOf } from './scene.js'
import type { Stage } from './stage.js'
import { saidBy } from './status-watch.js'
import { startTlsLine, type Speech } from './tls-line.js'

const fixture = (name: string): string => readFileSync(`test/fixtures/tls/${name}`, 'utf8')

/** What a server with that certificate says; all of them have the same key. */
function certificate(name: string): Speech {
  return createSecureContext({ cert: fixture(`${name}.crt`), key: fixture('localhost.key') })
}

/** Known to the relay, so that nothing but what their names say is wrong with them. */
const trusted = ['localhost', 'expired', 'elsewhere']

async function playTls(stage: Stage, how: Speech): Promise<Played> {
  const fake = await stage.vendor()
  const right = certificate('localhost')
  const line = await startTlsLine(portOf(fake), right)
  stage.atEnd(() => line.close())
  const relay = await stage.relay({
    ...pollingFlagsmith(fake, `https://localhost:${line.port}/api/v1`),
    ENVIRONMENTS__SHOP__UPSTREAM__CA: trusted.map((name) => fixture(`${name}.crt`)).join(''),
  })
  await data(relay)
  const client = stage.client(relay)
  line.speak(how)
  stage.publish(fake, 'second')
  await noticed(relay)
  await answers(client)
  const said = await saidBy(relay)
  line.speak(right)
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

function tls(
  {
    id,
    what,
    means,
    says = /^stale, UPSTREAM_UNREACHABLE$/,
  }: { id: string; what: string; means: string; says?: RegExp },
  how: () => Speech,
): Row {
  const play = (stage: Stage): Promise<Played> => playTls(stage, how())
  return { id: `tls-${id}`, title: `TLS failure: ${what}`, means, says, isQuick: true, play }
}

export const tlsRows: readonly Row[] = [
  tls({ id: 'nonsense', what: 'speaks it no more', means: 'line: plain text for a handshake' }, () => 'nonsense'),
  tls(
    { id: 'silence', what: 'no answer', means: 'line: accepts, and says nothing', says: /^stale, UPSTREAM_TIMEOUT$/ },
    () => 'silence',
  ),
  tls({ id: 'expired', what: 'expired', means: 'line: a trusted certificate of 2020' }, () => certificate('expired')),
  tls({ id: 'untrusted', what: 'not trusted', means: 'line: a certificate that signs itself' }, () =>
    certificate('stranger'),
  ),
  tls({ id: 'other-name', what: 'another name', means: 'line: a trusted certificate for elsewhere' }, () =>
    certificate('elsewhere'),
  ),
]
