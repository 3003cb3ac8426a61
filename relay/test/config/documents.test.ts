import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { publishedSchema } from '../../src/config/json-schema.js'
import { loadConfiguration } from '../../src/config/load-configuration.js'
import { accessKey, keyDigest } from '../../src/config/access-key.js'
import { configurationPage } from '../../src/config/page.js'

const docs = fileURLToPath(new URL('../../../docs', import.meta.url))

function textOf(name: string): string {
  return readFileSync(`${docs}/${name}`, 'utf8')
}

describe('the documentation of the configuration', () => {
  it('is what the schema says now: docs/configuration.md', () => {
    expect(textOf('configuration.md')).toBe(configurationPage())
  })

  it('is what the schema says now: docs/configuration.schema.json', async () => {
    const filepath = `${docs}/configuration.schema.json`
    const text = await format(JSON.stringify(publishedSchema(), null, 2), {
      ...(await resolveConfig(filepath)),
      filepath,
    })
    expect(textOf('configuration.schema.json')).toBe(text)
  })

  it('explains every setting', () => {
    const lines = configurationPage()
      .split('\n')
      .filter((line) => line.startsWith('| `') && line.includes('SWITCHYARD_'))
    expect(lines.filter((line) => line.endsWith('|  |'))).toEqual([])
  })
})

/** The examples, with what they need from outside and what they give. */
const examples = [
  {
    name: 'file.yaml',
    env: {},
    files: {},
    gives: {
      isKeyless: true,
      server: { host: '127.0.0.1' },
      environments: [{ name: 'local', upstream: { type: 'file', path: `${docs}/examples/flags.json` } }],
    },
  },
  {
    name: 'cloudbees.yaml',
    env: { CLOUDBEES_ENVIRONMENT_KEY: '0f8fad5b-d9cb-469f-a165-70867728950e', CHECKOUT_SERVICE_KEY: 'checkout' },
    files: {},
    gives: {
      environments: [
        {
          upstream: {
            type: 'cloudbees',
            environmentKey: '0f8fad5b-d9cb-469f-a165-70867728950e',
            baseUrl: 'https://rox-conf.cloudbees.io',
            platform: 'Go',
            sdkVersion: '6.0.2',
            apiVersion: '1.8.0',
            stickinessAttribute: 'accountId',
          },
          serverKeys: [accessKey('checkout')],
        },
      ],
    },
  },
  {
    name: 'featbit.yaml',
    env: { FEATBIT_SERVER_SECRET: 'v3faJy3RCUO8d', CHECKOUT_SERVICE_KEY: 'checkout' },
    files: {},
    gives: {
      environments: [
        {
          upstream: {
            type: 'featbit',
            baseUrl: 'https://featbit-eval.internal.example',
            serverSecret: 'v3faJy3RCUO8d',
            streaming: true,
            missingAttributes: 'no-match',
          },
          serverKeys: [accessKey('checkout')],
        },
      ],
    },
  },
  {
    name: 'flagbase.yaml',
    env: { FLAGBASE_SERVER_KEY: 'sdk-server_abc', CHECKOUT_SERVICE_KEY: 'checkout' },
    files: {},
    gives: {
      environments: [
        {
          upstream: {
            type: 'flagbase',
            baseUrl: 'https://flagbase-poller.internal.example',
            serverKey: 'sdk-server_abc',
            pollIntervalMs: 30_000,
            typedVariations: true,
          },
          serverKeys: [accessKey('checkout')],
        },
      ],
    },
  },
  {
    name: 'flagsmith.yaml',
    env: { FLAGSMITH_ENVIRONMENT_KEY: 'ser.abc', CHECKOUT_SERVICE_KEY: 'checkout' },
    files: {},
    gives: {
      isKeyless: false,
      server: { host: '0.0.0.0' },
      environments: [
        {
          upstream: { type: 'flagsmith', environmentKey: 'ser.abc', pollIntervalMs: 15_000, realtime: true },
          serverKeys: [accessKey('checkout')],
        },
      ],
    },
  },
  {
    name: 'several-environments.yaml',
    env: {
      FLAGSMITH_PRODUCTION_KEY: 'ser.p',
      FLAGSMITH_STAGING_KEY: 'ser.s',
      PRODUCTION_SERVER_KEY: 'p1',
      PRODUCTION_NEXT_SERVER_KEY: 'p2',
      STAGING_SERVER_KEY: 's1',
    },
    files: {},
    gives: {
      environments: [
        {
          name: 'production',
          serverKeys: [accessKey('p1'), accessKey('p2')],
          clientKeys: [accessKey('production-web')],
          cors: { origins: ['https://shop.example', 'https://www.shop.example'] },
          required: true,
        },
        { name: 'staging', clientKeys: [accessKey('staging-web')], cors: { origins: ['*'] }, required: false },
      ],
    },
  },
  {
    name: 'management.yaml',
    env: {},
    files: {
      '/run/secrets/switchyard-management-token': 'management-token\n',
      '/run/secrets/flagsmith-environment-key': 'ser.abc\n',
      '/run/secrets/switchyard-server-key': 'server-key\n',
    },
    gives: {
      management: {
        host: '0.0.0.0',
        token: keyDigest('management-token'),
        allowedHosts: ['switchyard.internal.example'],
      },
      environments: [{ upstream: { environmentKey: 'ser.abc' }, serverKeys: [accessKey('server-key')] }],
    },
  },
]

describe('docs/examples', () => {
  it('are all tested', () => {
    const files = readdirSync(`${docs}/examples`).filter((name) => name.endsWith('.yaml'))
    expect(files.toSorted()).toEqual(examples.map(({ name }) => name).toSorted())
  })

  it.each(examples)('load: $name', async ({ name, env, files, gives }) => {
    const secrets = new Map<string, string>(Object.entries(files))
    const file = `${docs}/examples/${name}`
    const readFile = (path: string): Promise<string> => Promise.resolve(secrets.get(path) ?? readFileSync(path, 'utf8'))
    const loaded = await loadConfiguration({ file, env, readFile })
    expect(loaded).toMatchObject({ ok: true, configuration: gives, warnings: [] })
  })

  const published = z.fromJSONSchema(publishedSchema())

  it.each(examples)('fit the published JSON Schema: $name', ({ name }) => {
    expect(published.safeParse(parse(textOf(`examples/${name}`)))).toMatchObject({ success: true })
  })

  it('would not fit with a mistyped key', () => {
    const text = textOf('examples/management.yaml').replace('allowedHosts', 'allowedHost')
    expect(published.safeParse(parse(text))).toMatchObject({ success: false })
  })
})
