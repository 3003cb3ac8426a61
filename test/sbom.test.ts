import { describe, expect, it } from 'vitest'
import { billOfMaterials } from '../tools/sbom.mjs'
import { textOf } from './repository/files.js'

const bill = billOfMaterials(JSON.parse(textOf('package-lock.json')), 'relay')
const others = bill.components.filter(({ name }) => !name.startsWith('@switchyard/'))

describe('the bill of materials', () => {
  it('names each package with version, licence and hash', () => {
    expect(others.length).toBeGreaterThan(10)
    const incomplete = others.filter(
      (each) => !each.version || each.licenses === undefined || each.hashes === undefined,
    )
    expect(incomplete.map(({ name }) => name)).toEqual([])
    const hashes = others.flatMap((each) => each.hashes ?? [])
    expect(hashes.filter(({ content }) => !/^[0-9a-f]{128}$/.test(content))).toEqual([])
  })

  it('has every direct dependency of the relay', () => {
    const { dependencies } = JSON.parse(textOf('relay/package.json')) as { dependencies: Record<string, string> }
    expect(bill.components.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(dependencies)))
  })

  it('says who depends on whom, and refers to nothing that it does not name', () => {
    const refs = new Set([bill.metadata.component['bom-ref'], ...bill.components.map((each) => each['bom-ref'])])
    const mentioned = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn])
    expect(mentioned.filter((ref) => !refs.has(ref))).toEqual([])
    expect(bill.dependencies.length).toBe(refs.size)
  })

  it('contains no package under a licence that binds who uses it', () => {
    const text = JSON.stringify(bill.components.map(({ licenses }) => licenses))
    expect(text).not.toMatch(/GPL|AGPL|SSPL|BUSL|UNLICENSED/)
  })
})
