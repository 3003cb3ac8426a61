import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { format, resolveConfig } from 'prettier'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { publishedSchema } from '../../relay/src/config/json-schema.js'
import { chartPage } from '../../tools/chart-page.mjs'
import { chartSchema } from '../../tools/chart-schema.mjs'
import { filesIn, textOf } from '../repository/files.js'

const chart = 'helm/switchyard'

async function formatted(filepath: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(filepath)), filepath })
}

describe('what is generated of the chart', () => {
  it('has the schema of the configuration as it is now: values.schema.json', async () => {
    const path = `${chart}/values.schema.json`
    const text = JSON.stringify(chartSchema({ ...publishedSchema() }), null, 2)
    expect(textOf(path)).toBe(await formatted(path, text))
  })

  it('has the values with their comments as they are now: README.md', async () => {
    const path = `${chart}/README.md`
    const page = chartPage(textOf(`${chart}/README.md.in`), textOf(`${chart}/values.yaml`))
    expect(textOf(path)).toBe(await formatted(path, page))
  })

  it('has the version of the relay', () => {
    const { version } = JSON.parse(textOf('relay/package.json')) as { version: string }
    expect(parse(textOf(`${chart}/Chart.yaml`))).toMatchObject({ version, appVersion: version })
  })
})

describe('the schema of the values', () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(
    JSON.parse(textOf(`${chart}/values.schema.json`)),
  )
  const defaults: object = parse(textOf(`${chart}/values.yaml`))

  it.each(filesIn(`${chart}/ci`))('takes the example %s over the defaults', (path) => {
    validate({ ...defaults, ...(parse(readFileSync(path, 'utf8')) as object) })
    expect(validate.errors ?? []).toEqual([])
  })

  it('knows every value that has a default', () => {
    validate(defaults)
    // Which environments there are cannot have one.
    expect(validate.errors?.map(({ instancePath, keyword }) => [instancePath, keyword])).toEqual([
      ['/config', 'required'],
    ])
  })
})
