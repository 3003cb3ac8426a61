import { describe, expect, it } from 'vitest'
import { formatProblems } from '../../src/config/problem.js'
import { configurationFile, load, withEnvironment, type Sources } from './load.js'

/** What is wrong, and the lines that say so, each after its place. */
interface Row extends Sources {
  readonly name: string
  readonly lines: readonly string[]
}

async function linesFor(sources: Sources): Promise<readonly string[]> {
  const loaded = await load(sources)
  if (loaded.ok) return ['nothing is wrong']
  const [, ...lines] = formatProblems(loaded.problems).trimEnd().split('\n')
  return lines.map((line) => line.replace(`${configurationFile}:`, '').trim())
}

function withUpstream(options: string): string {
  return `environments: { e: { upstream: { ${options} } } }`
}

const upstreamTypes = 'cloudbees, featbit, file, flagbase, flagsmith, switchyard'

const settings: readonly Row[] = [
  {
    name: 'nothing at all',
    lines: ['environments is missing (SWITCHYARD_ENVIRONMENTS__...): expected one environment or more, by name.'],
  },
  { name: 'an empty file', file: '', lines: ['environments is missing: expected one environment or more, by name.'] },
  {
    name: 'no environment',
    file: 'environments: {}',
    lines: ['1:1: environments must be one environment or more, by name, not an empty section.'],
  },
  {
    name: 'a list instead of settings',
    file: '- a',
    lines: ['The configuration must be a section of settings, not a list.'],
  },
  {
    name: 'a mistyped key',
    file: withEnvironment('server: { prot: 80 }'),
    lines: ['5:11: server.prot is not a setting; did you mean port?'],
  },
  {
    name: 'hosts with a port, in brackets, and of no kind',
    file: withEnvironment(
      "server: { host: '10.0.0.1:80' }\nmanagement: { host: '[::1]', allowedHosts: [':::'], token: t }",
    ),
    lines: [
      '5:11: server.host must be a host name or an IP address, without port and brackets, not "10.0.0.1:80".',
      '6:15: management.host must be a host name or an IP address, without port and brackets, not "[::1]".',
      '6:45: management.allowedHosts[0] must be a host name or an IP address, without port and brackets, not ":::".',
    ],
  },
  {
    name: 'addresses that are none',
    file: withEnvironment(
      "server: { allowedAddresses: [10.0.0.0/33, 10.0.0/8, '2001:db8::/129', '::ffff:10.0.0.1/104', flags.example] }",
    ),
    lines: ['10.0.0.0/33', '10.0.0/8', '2001:db8::/129', '::ffff:10.0.0.1/104', 'flags.example'].map((text, index) => {
      const column = [30, 43, 53, 71, 94][index]
      return `5:${column}: server.allowedAddresses[${index}] must be an IP address or a range such as 10.0.0.0/8 or 2001:db8::/32, not "${text}".`
    }),
  },
  {
    name: 'workers of no number',
    file: withEnvironment('workers: 0'),
    env: { SWITCHYARD_WORKERS: 'automatic' },
    lines: ['SWITCHYARD_WORKERS: workers must be a whole number from 1 to 128, or auto, not "automatic".'],
  },
  {
    name: 'no workers at all',
    file: withEnvironment('workers: 0'),
    lines: ['5:1: workers must be a whole number from 1 to 128, or auto, not 0.'],
  },
  {
    name: 'a key from elsewhere',
    file: withEnvironment('log:\n  level: info\n  colour: true'),
    lines: ['7:3: log.colour is not a setting: expected one of level, format.'],
  },
  {
    name: 'a key that every object has',
    file: withEnvironment('log: { constructor: 1, toString: 2 }'),
    lines: [
      '5:8: log.constructor is not a setting: expected one of level, format.',
      '5:24: log.toString is not a setting: expected one of level, format.',
    ],
  },
  {
    name: 'a key that changes prototypes',
    file: withEnvironment('log: { __proto__: { level: debug } }'),
    lines: ['5:8: log has a key that is no name.'],
  },
  {
    name: 'an option of another kind of upstream',
    file: withUpstream('type: file, path: /f, realtime: true'),
    lines: [
      '1:56: environments.e.upstream.realtime is not a setting: expected one of type, path, vendor, format, pollInterval, bucketing, stickinessAttribute, datetimeAttributes.',
    ],
  },
  {
    name: 'a port out of range',
    file: withEnvironment('server: { port: 65536 }'),
    lines: ['5:11: server.port must be a whole number from 0 to 65535, not 65536.'],
  },
  {
    name: 'a port in words',
    file: withEnvironment('server: { port: eighty }'),
    lines: ['5:11: server.port must be a whole number from 0 to 65535, not "eighty".'],
  },
  {
    name: 'a port in quotes',
    file: withEnvironment("server: { port: '80' }"),
    lines: ['5:11: server.port must be a whole number from 0 to 65535, not "80".'],
  },
  {
    name: 'a section without content',
    file: withEnvironment('server:'),
    lines: ['5:1: server must be a section of settings, not nothing (null).'],
  },
  {
    name: 'a section that is a list',
    file: withEnvironment('server: [80]'),
    lines: ['5:1: server must be a section of settings, not a list.'],
  },
  {
    name: 'a duration without a unit',
    file: withEnvironment('server: { requestTimeout: 30 }'),
    lines: [
      '5:11: server.requestTimeout must be a duration with a unit, such as 250ms, 10s or 5m, from 1ms to 596h, not 30.',
    ],
  },
  {
    name: 'a duration beyond what timers can',
    file: withEnvironment('server: { drainTimeout: 597h }'),
    lines: [
      '5:11: server.drainTimeout must be a duration with a unit, such as 250ms, 10s or 5m, from 1ms to 596h, not "597h".',
    ],
  },
  {
    name: 'a poll interval that would hammer',
    file: withUpstream('type: file, path: /f, pollInterval: 9ms'),
    lines: [
      '1:56: environments.e.upstream.pollInterval must be a duration with a unit, such as 250ms, 10s or 5m, from 10ms to 596h, not "9ms".',
    ],
  },
  {
    name: 'a key that is none of CloudBees',
    file: withUpstream('type: cloudbees, environmentKey: ser.abc'),
    lines: [
      '1:51: environments.e.upstream.environmentKey must be a key of 24 hexadecimal digits or a UUID, ${VARIABLE} or { fromFile: path }, not ***.',
    ],
  },
  {
    name: 'a text that is too long to repeat',
    file: withEnvironment(`log: { level: ${'x'.repeat(100)} }`),
    lines: [`5:8: log.level must be one of error, warn, info, debug, not "${'x'.repeat(60)}...".`],
  },
  {
    name: 'a word that is none of the choices',
    file: withEnvironment('log: { level: trace }'),
    lines: ['5:8: log.level must be one of error, warn, info, debug, not "trace".'],
  },
  {
    name: 'yes for true, as YAML 1.1 had it',
    file: withUpstream('type: flagsmith, environmentKey: k, realtime: yes'),
    lines: ['1:70: environments.e.upstream.realtime must be true or false, not "yes".'],
  },
  {
    name: 'a kind of upstream that does not exist',
    file: withUpstream('type: flagsmiht, environmentKey: k'),
    lines: [`1:34: environments.e.upstream.type must be one of ${upstreamTypes}, not "flagsmiht".`],
  },
  {
    name: 'an upstream without a kind',
    file: withUpstream('path: /f'),
    lines: [`1:22: environments.e.upstream.type is missing: expected one of ${upstreamTypes}.`],
  },
  {
    name: 'an environment without an upstream',
    file: 'environments:\n  e: { serverKeys: [k] }',
    lines: ['2:3: environments.e.upstream is missing: expected a section of settings.'],
  },
  {
    name: 'an upstream without what it needs',
    file: withUpstream('type: flagsmith'),
    lines: [
      '1:22: environments.e.upstream.environmentKey is missing: expected a secret without spaces, ${VARIABLE} or { fromFile: path }.',
    ],
  },
  {
    name: 'an address with a path behind a question mark',
    file: withUpstream("type: flagsmith, environmentKey: k, baseUrl: 'https://a.test/?key=abc'"),
    lines: [
      '1:70: environments.e.upstream.baseUrl must be an http(s) address without credentials, query and fragment, not "https://a.test/?***".',
    ],
  },
  {
    name: 'an address with a password',
    file: withUpstream("type: flagsmith, environmentKey: k, baseUrl: 'https://user:pass@a.test/'"),
    lines: [
      '1:70: environments.e.upstream.baseUrl must be an http(s) address without credentials, query and fragment, not "https://***@a.test/".',
    ],
  },
  {
    name: 'a header that has no name',
    file: withUpstream("type: flagsmith, environmentKey: k, headers: { 'X Tenant': a }"),
    lines: ['1:81: environments.e.upstream.headers may not have the name "X Tenant": expected a header name.'],
  },
  {
    name: 'a header that is there twice',
    file: withUpstream('type: flagsmith, environmentKey: k, headers: { X-Tenant: a, x-tenant: b }'),
    lines: [
      '1:70: environments.e.upstream.headers must be header names, each once, with their values, not a section of settings.',
    ],
  },
  {
    name: 'a certificate that is none',
    file: withUpstream('type: flagsmith, environmentKey: k, ca: /etc/ca.pem'),
    lines: ['1:70: environments.e.upstream.ca must be PEM certificates, or { fromFile: path }, not ***.'],
  },
  {
    name: 'an origin with a path',
    file: withEnvironment('    cors: { origins: [https://app.example/] }'),
    lines: [
      '5:23: environments.e.cors.origins[0] must be an origin such as https://app.example, or *, not "https://app.example/".',
    ],
  },
  {
    name: 'an origin as no browser writes it',
    file: withEnvironment('    cors: { origins: [https://app.example:443, https://App.example, app.example] }'),
    lines: [
      '5:23: environments.e.cors.origins[0] must be an origin such as https://app.example, or *, not "https://app.example:443".',
      '5:48: environments.e.cors.origins[1] must be an origin such as https://app.example, or *, not "https://App.example".',
      '5:69: environments.e.cors.origins[2] must be an origin such as https://app.example, or *, not "app.example".',
    ],
  },
  {
    name: 'an environment whose name is no label',
    file: 'environments: { My_Env: { upstream: { type: file, path: /f } } }',
    lines: [
      '1:17: The name of an environment must be at most 63 lower case letters, digits and hyphens, not "My_Env".',
    ],
  },
]

const secrets: readonly Row[] = [
  {
    name: 'a variable that is not set',
    file: withEnvironment("    clientKeys: ['${NOT_SET}']"),
    lines: ['5:18: environments.e.clientKeys[0] has no value: the environment variable NOT_SET is not set.'],
  },
  {
    name: 'a variable that is empty',
    file: withEnvironment("    clientKeys: ['${EMPTY}']"),
    env: { EMPTY: '' },
    lines: ['5:18: environments.e.clientKeys[0] has no value: the environment variable EMPTY is empty.'],
  },
  {
    name: 'a reference to no variable',
    file: withEnvironment("    clientKeys: ['${a b}']"),
    lines: ['5:18: environments.e.clientKeys[0] has no value: there is no name of a variable between ${ and }.'],
  },
  {
    name: 'a reference that does not end',
    file: withEnvironment("    clientKeys: ['${SET}-${SET']"),
    env: { SET: 'hunter2' },
    lines: ['5:18: environments.e.clientKeys[0] has no value: a ${ has no }; $${ stands for ${ itself.'],
  },
  {
    name: 'a file that does not exist',
    file: withEnvironment('    clientKeys: [{ fromFile: keys/a }]'),
    lines: ['5:18: environments.e.clientKeys[0] has no value: the file /etc/switchyard/keys/a does not exist.'],
  },
  {
    name: 'a file that is empty',
    file: withEnvironment('    clientKeys: [{ fromFile: /a }]'),
    files: { '/a': '\n' },
    lines: ['5:18: environments.e.clientKeys[0] has no value: the file /a is empty.'],
  },
  {
    name: 'a file and something else',
    file: withEnvironment('    clientKeys: [{ fromFile: /a, or: b }]'),
    lines: [
      '5:18: environments.e.clientKeys[0] must be a secret without spaces, ${VARIABLE}, { fromFile: path }, or { key: one of these, validUntil: a time such as 2027-01-31T18:00:00Z }, not a section of settings.',
    ],
  },
  {
    name: 'a secret that is a number',
    file: withEnvironment('    clientKeys: [123456]'),
    lines: [
      '5:18: environments.e.clientKeys[0] must be a secret without spaces, ${VARIABLE}, { fromFile: path }, or { key: one of these, validUntil: a time such as 2027-01-31T18:00:00Z }, not a number.',
    ],
  },
  {
    name: 'a secret with a line break',
    file: withEnvironment('    clientKeys: [{ fromFile: /a }]'),
    files: { '/a': 'two\nlines\n' },
    lines: [
      '5:18: environments.e.clientKeys[0] must be a secret without spaces, ${VARIABLE}, { fromFile: path }, or { key: one of these, validUntil: a time such as 2027-01-31T18:00:00Z }, not ***.',
    ],
  },
  {
    name: 'a key whose date has no time',
    file: withEnvironment('    clientKeys: [{ key: hunter2, validUntil: 2027-01-31 }]'),
    lines: [
      '5:34: environments.e.clientKeys[0].validUntil must be a time with its offset, such as 2027-01-31T18:00:00Z, not ***.',
    ],
  },
  {
    name: 'a key whose date is none',
    file: withEnvironment('    clientKeys: [{ key: hunter2, validUntil: 2027-02-30T00:00:00Z }]'),
    lines: [
      '5:34: environments.e.clientKeys[0].validUntil must be a time with its offset, such as 2027-01-31T18:00:00Z, not ***.',
    ],
  },
  {
    name: 'a key with a date that is not called so',
    file: withEnvironment('    clientKeys: [{ key: hunter2, validTo: 2027-02-01T00:00:00Z }]'),
    lines: [
      '5:18: environments.e.clientKeys[0] must be a secret without spaces, ${VARIABLE}, { fromFile: path }, or { key: one of these, validUntil: a time such as 2027-01-31T18:00:00Z }, not a section of settings.',
    ],
  },
  {
    name: 'a key with a date that stands elsewhere too',
    file: withEnvironment('    clientKeys: [{ key: key-of-e, validUntil: 2027-02-01T00:00:00Z }]'),
    lines: [
      '5:18: environments.e.clientKeys[0] is the same key as environments.e.serverKeys[0]; a key must tell one environment and one audience.',
    ],
  },
  {
    name: 'a secret where a list of them belongs',
    file: withEnvironment('    clientKeys: hunter2'),
    lines: ['5:5: environments.e.clientKeys must be a list, not ***.'],
  },
]

const rules: readonly Row[] = [
  {
    name: 'two environments without keys',
    file: 'environments:\n  a: { upstream: { type: file, path: /f } }\n  b: { upstream: { type: file, path: /f } }',
    lines: [
      '2:3: environments.a has neither serverKeys nor clientKeys; only a single environment can do without, so give a a key.',
      '3:3: environments.b has neither serverKeys nor clientKeys; only a single environment can do without, so give b a key.',
    ],
  },
  {
    name: 'keys of the wrong shape, which are no lack of keys',
    file: 'environments:\n  a: { upstream: { type: file, path: /f }, serverKeys: k }\nserver: { host: 0.0.0.0 }',
    lines: ['2:44: environments.a.serverKeys must be a list, not ***.'],
  },
  {
    name: 'a key in two places',
    file: withEnvironment("    clientKeys: [other, '${KEY}']"),
    env: { KEY: 'key-of-e' },
    lines: [
      '5:25: environments.e.clientKeys[1] is the same key as environments.e.serverKeys[0]; a key must tell one environment and one audience.',
    ],
  },
  {
    name: 'no keys, and an address that others can reach',
    file: `${withUpstream('type: file, path: /f')}\nserver: { host: 0.0.0.0 }`,
    lines: [
      '2:11: server.host is "0.0.0.0", which others can reach, and the environment has no keys: ' +
        'give it keys, use 127.0.0.1, or set keyless.allowNonLoopback to true.',
    ],
  },
  {
    name: 'a management plane that others can reach, without a token',
    file: withEnvironment('management:\n  host: 0.0.0.0'),
    lines: ['5:1: management.host is "0.0.0.0", which others can reach: set management.token, or use 127.0.0.1.'],
  },
  {
    name: 'one port for both planes',
    file: withEnvironment('management: { port: 8080 }'),
    lines: ['5:15: management.port and server.port are both 8080: the two planes need a port each.'],
  },
  {
    name: 'headers that may take longer than the request',
    file: withEnvironment('server: { requestTimeout: 10s }'),
    lines: ['5:1: server.headersTimeout must be at most server.requestTimeout, 10s, not 15s.'],
  },
  {
    name: 'any origin for servers',
    file: withEnvironment("    cors: { origins: ['*'] }"),
    lines: [
      '5:23: environments.e.cors.origins[0] is *, which counts for client keys only, and there are none: name the origins, or add clientKeys.',
    ],
  },
]

const texts: readonly Row[] = [
  {
    name: 'a key that is written twice',
    file: withEnvironment('server:\n  port: 1\n  host: a\n  port: 2'),
    lines: ['8:3: server.port is written twice, first in line 6; remove one of them.'],
  },
  {
    name: 'a key that is written twice in JSON',
    file: '{\n  "environments": {\n    "e": { "upstream": { "type": "file", "path": "/a", "path": "/b" } }\n  }\n}',
    lines: ['3:56: environments.e.upstream.path is written twice, first in line 3; remove one of them.'],
  },
  {
    name: 'an environment that is written twice',
    file: 'environments:\n  e: { upstream: { type: file, path: /a } }\n  e: { upstream: { type: file, path: /b } }',
    lines: ['3:3: environments.e is written twice, first in line 2; remove one of them.'],
  },
  {
    name: 'a tab as indentation',
    file: 'server:\n\tport: 1',
    lines: ['2:1: The file is neither YAML nor JSON: a tab is used as indentation.'],
  },
  {
    name: 'a bracket that is not closed',
    file: 'server: { port: 1\n',
    lines: ['2:1: The file is neither YAML nor JSON: the indentation does not fit, or a bracket is not closed.'],
  },
  {
    name: 'a variable without quotes in brackets',
    file: 'management: { token: ${TOKEN} }',
    lines: [
      '1:23: The file is neither YAML nor JSON: something stands where it may not; put values with brackets or commas in quotes.',
    ],
  },
  {
    name: 'two documents',
    file: 'server: {}\n---\nserver: {}\n',
    lines: ['2:1: The file is neither YAML nor JSON: there is more than one document.'],
  },
  {
    name: 'a tag',
    file: 'server: !secret a',
    lines: ['1:9: The file is neither YAML nor JSON: a tag is unknown.'],
  },
  {
    name: 'an alias without its anchor',
    file: withEnvironment('log: *none'),
    lines: ['5:1: log is an alias without its anchor.', '5:1: log must be a section of settings, not nothing (null).'],
  },
]

const variables: readonly Row[] = [
  {
    name: 'a variable that is no setting',
    file: withEnvironment(),
    env: { SWITCHYARD_LOG__COLOUR: 'true' },
    lines: ['SWITCHYARD_LOG__COLOUR is not a setting: expected one of SWITCHYARD_LOG__LEVEL, SWITCHYARD_LOG__FORMAT.'],
  },
  {
    name: 'a mistyped variable',
    file: withEnvironment(),
    env: { SWITCHYARD_SERVER__PROT: '80', SWITCHYARD_SERVER_PORT: '80' },
    lines: [
      'SWITCHYARD_SERVER_PORT is not a setting; did you mean SWITCHYARD_SERVER__PORT?',
      'SWITCHYARD_SERVER__PROT is not a setting; did you mean SWITCHYARD_SERVER__PORT?',
    ],
  },
  {
    name: 'a variable that goes on behind a setting',
    file: withEnvironment(),
    env: { SWITCHYARD_SERVER__PORT__0: '80' },
    lines: ['SWITCHYARD_SERVER__PORT__0 is not a setting; did you mean SWITCHYARD_SERVER__PORT?'],
  },
  {
    name: 'a list item that is no number',
    file: withEnvironment(),
    env: { SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__FIRST: 'k' },
    lines: [
      'SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__FIRST is not a setting: expected SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__0, SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__1 and so on.',
    ],
  },
  {
    name: 'a list item far beyond the list',
    file: withEnvironment(),
    env: { SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__99999: 'a', SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__00: 'a' },
    lines: [
      'SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__00 is not a setting: expected SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__0, SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__1 and so on.',
      'SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__99999 is not a setting: expected SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__0, SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__1 and so on.',
    ],
  },
  {
    name: 'a number in words',
    file: withEnvironment('server: { port: 80 }'),
    env: { SWITCHYARD_SERVER__PORT: 'eighty' },
    lines: ['SWITCHYARD_SERVER__PORT: server.port must be a whole number from 0 to 65535, not "eighty".'],
  },
  {
    name: 'a boolean that is neither true nor false',
    file: withEnvironment(),
    env: { SWITCHYARD_ENVIRONMENTS__E__REQUIRED: '1' },
    lines: ['SWITCHYARD_ENVIRONMENTS__E__REQUIRED: environments.e.required must be true or false, not "1".'],
  },
  {
    name: 'a whole list in one variable',
    file: withEnvironment(),
    env: { SWITCHYARD_ENVIRONMENTS__E__CORS__ORIGINS: 'https://a.example' },
    lines: [
      'SWITCHYARD_ENVIRONMENTS__E__CORS__ORIGINS: environments.e.cors.origins must be a list (SWITCHYARD_ENVIRONMENTS__E__CORS__ORIGINS__0 and so on), not "https://a.example".',
    ],
  },
  {
    name: 'an item without those before it',
    file: withEnvironment(),
    env: { SWITCHYARD_ENVIRONMENTS__E__CORS__ORIGINS__1: 'https://a.example' },
    lines: ['2:3: environments.e.cors.origins[0] is missing: expected an origin such as https://app.example, or *.'],
  },
  {
    name: 'a secret and a file for it',
    file: withEnvironment(),
    env: { SWITCHYARD_MANAGEMENT__TOKEN: 'a', SWITCHYARD_MANAGEMENT__TOKEN__FROM_FILE: '/b' },
    lines: [
      'SWITCHYARD_MANAGEMENT__TOKEN__FROM_FILE and SWITCHYARD_MANAGEMENT__TOKEN set the same thing: remove one of them.',
    ],
  },
  {
    name: 'a setting that is missing everywhere',
    env: { SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'file' },
    lines: [
      'environments.e.upstream.path is missing (SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__PATH): expected the path of a file.',
    ],
  },
  {
    name: 'the wrong shape in the file under a variable',
    file: withEnvironment('log: 80'),
    env: { SWITCHYARD_LOG__LEVEL: 'debug' },
    lines: ['5:1: log must be a section of settings, not 80.'],
  },
  {
    name: 'no list in the file under a variable',
    file: withEnvironment('management: { allowedHosts: a }'),
    env: { SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__0: 'b' },
    lines: ['5:15: management.allowedHosts must be a list, not "a".'],
  },
]

describe.each([
  { about: 'a setting', rows: settings },
  { about: 'a secret', rows: secrets },
  { about: 'settings together', rows: rules },
  { about: 'the text', rows: texts },
  { about: 'variables', rows: variables },
])('what is wrong with $about', ({ rows }) => {
  it.each(rows)('is told: $name', async ({ lines, ...sources }) => {
    expect(await linesFor(sources)).toEqual(lines)
  })
})

describe('problems', () => {
  it('are told all at once, in the order of the file, then of the variables', async () => {
    const file = `server:
  prot: 80
  port: eighty
  host: a
  host: b
management: { host: 0.0.0.0 }
environments:
  Prod: { upstream: { type: file } }
  test: { upstream: { type: file, path: /f }, serverKeys: ['\${NOT_SET}'] }
`
    const loaded = await load({ file, env: { SWITCHYARD_LOG__LEVEL: 'loud', SWITCHYARD_NONSENSE: 'a' } })
    expect(loaded.ok ? '' : formatProblems(loaded.problems))
      .toBe(`The configuration has 10 problems; nothing was started.
  /etc/switchyard/switchyard.yaml:2:3: server.prot is not a setting; did you mean port?
  /etc/switchyard/switchyard.yaml:3:3: server.port must be a whole number from 0 to 65535, not "eighty".
  /etc/switchyard/switchyard.yaml:5:3: server.host is written twice, first in line 4; remove one of them.
  /etc/switchyard/switchyard.yaml:6:1: management.host is "0.0.0.0", which others can reach: set management.token, or use 127.0.0.1.
  /etc/switchyard/switchyard.yaml:8:3: The name of an environment must be at most 63 lower case letters, digits and hyphens, not "Prod".
  /etc/switchyard/switchyard.yaml:8:3: environments.Prod has neither serverKeys nor clientKeys; only a single environment can do without, so give Prod a key.
  /etc/switchyard/switchyard.yaml:8:11: environments.Prod.upstream.path is missing: expected the path of a file.
  /etc/switchyard/switchyard.yaml:9:60: environments.test.serverKeys[0] has no value: the environment variable NOT_SET is not set.
  SWITCHYARD_LOG__LEVEL: log.level must be one of error, warn, info, debug, not "loud".
  SWITCHYARD_NONSENSE is not a setting: expected one of SWITCHYARD_SERVER, SWITCHYARD_MANAGEMENT, SWITCHYARD_LOG, SWITCHYARD_WORKERS, SWITCHYARD_STATE_SECRET, SWITCHYARD_SNAPSHOTS, SWITCHYARD_REDIS, SWITCHYARD_TRACING, SWITCHYARD_KEYLESS, SWITCHYARD_RELOAD, SWITCHYARD_ENVIRONMENTS.
`)
  })

  it('carry path, expected, received and place as data', async () => {
    expect(
      await load({ file: withEnvironment('server: { port: eighty }'), env: { SWITCHYARD_LOG__LEVEL: 'loud' } }),
    ).toEqual({
      ok: false,
      problems: [
        {
          path: 'server.port',
          expected: 'a whole number from 0 to 65535',
          received: '"eighty"',
          message: 'server.port must be a whole number from 0 to 65535, not "eighty".',
          source: 'file',
          name: configurationFile,
          line: 5,
          column: 11,
        },
        {
          path: 'log.level',
          expected: 'one of error, warn, info, debug',
          received: '"loud"',
          message: 'log.level must be one of error, warn, info, debug, not "loud".',
          source: 'env',
          name: 'SWITCHYARD_LOG__LEVEL',
        },
      ],
    })
  })

  it('tell that the file itself is not there', async () => {
    const lines = await linesFor({ env: { SWITCHYARD_CONFIG: '/none.yaml', SWITCHYARD_LOG__COLOUR: 'a' } })
    expect(lines).toEqual([
      '/none.yaml: The configuration file does not exist.',
      'SWITCHYARD_LOG__COLOUR is not a setting: expected one of SWITCHYARD_LOG__LEVEL, SWITCHYARD_LOG__FORMAT.',
    ])
  })

  it('end aliases that would make the configuration endless', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const lines = names.map((name, index) => `${name}: &${name} [${`*${names[index - 1]}, `.repeat(10)}]`)
    const bomb = [`a: &a [${'x, '.repeat(10)}]`, ...lines.slice(1)].join('\n')
    expect(await linesFor({ file: bomb })).toContain('The file is too large.')
    expect(await linesFor({ file: 'log: &a { level: *a }' })).toContainEqual(
      expect.stringContaining('is nested too deeply.'),
    )
  })
})

describe('what looks like a problem', () => {
  const keyless = withUpstream('type: file, path: /f')

  it.each([
    { name: 'no keys on loopback', file: `${keyless}\nserver: { host: localhost }` },
    {
      name: 'no keys for everyone by permission',
      file: `${keyless}\nserver: { host: '::' }\nkeyless: { allowNonLoopback: true }`,
    },
    { name: 'a management plane on another loopback address', file: `${keyless}\nmanagement: { host: 127.0.0.2 }` },
    { name: 'any free port for both planes', file: `${keyless}\nserver: { port: 0 }\nmanagement: { port: 0 }` },
    { name: 'one port on two addresses', file: `${keyless}\nmanagement: { host: 127.0.0.2, port: 8080 }` },
    { name: 'an origin that is an address', file: withEnvironment("    cors: { origins: ['http://[::1]:3000'] }") },
    {
      name: 'client keys alone',
      file: 'environments: { e: { upstream: { type: file, path: /f }, clientKeys: [a] } }',
    },
  ])('is none: $name', async ({ file }) => {
    expect(await load({ file })).toMatchObject({ ok: true })
  })
})

describe('warnings', () => {
  it.each([
    {
      name: 'everyone can read flags without a key',
      file: `${withUpstream('type: file, path: /f')}\nkeyless: { allowNonLoopback: true }`,
      message: 'Everyone who can reach 0.0.0.0 can read every flag: there are no keys.',
    },
    {
      name: 'proxies are trusted, and everybody may ask anyway',
      file: withEnvironment('server: { trustedProxies: [10.0.0.1] }'),
      message: 'server.trustedProxies has no effect, as server.allowedAddresses is empty: everybody may ask.',
    },
    {
      name: 'the permission to do without keys is not needed',
      file: withEnvironment('keyless: { allowNonLoopback: true }'),
      message: 'keyless.allowNonLoopback has no effect, as there are keys.',
    },
    {
      name: 'a variable stands where it is not replaced',
      file: withUpstream("type: file, path: '/${HOME}/f'"),
      message: 'environments.e.upstream.path contains ${...}, which is replaced in secrets only.',
    },
  ])('tell that $name', async ({ file, message }) => {
    expect(await load({ file })).toMatchObject({ ok: true, warnings: [{ message }] })
  })

  it('are absent from an ordinary configuration', async () => {
    expect(await load({ file: withEnvironment() })).toMatchObject({ warnings: [] })
  })
})
