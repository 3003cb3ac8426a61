import { describe, expect, it } from 'vitest'
import { vendors } from '@switchyard/engine'
import { routes } from '../relay/src/http/routes.js'
import { textOf } from './repository/files.js'

const [, dataPlane = ''] = textOf('docs/endpoints.md').split('\n## ')

describe('docs/endpoints.md', () => {
  it('lists exactly the routes of the data plane, with their methods', () => {
    const listed = [...dataPlane.matchAll(/^\| `(\/[^`]*)` +\| ([A-Z]+) +\|/gm)]
    expect(listed.map(([, address, method]) => `${method} ${address}`).toSorted()).toEqual(
      routes.map(({ template, method }) => `${method} ${template}`).toSorted(),
    )
  })

  it('names the attributes that requests may not bring', () => {
    const reserved = [...vendors.values()].flatMap(({ reservedAttributes }) => reservedAttributes ?? [])
    expect(reserved.filter((name) => !dataPlane.includes(`\`${name}\``))).toEqual([])
  })
})
