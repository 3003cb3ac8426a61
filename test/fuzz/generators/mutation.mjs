/** Near-valid documents: a valid one with a few things wrong. */
import fc from 'fast-check'
import { depths, json, names, nest, texts } from './hostile.mjs'

/**
 * One thing that goes wrong. `at` picks the place among all there are, so that a mutation fits every document and shrinks
 * towards the root.
 *
 * @typedef {{ at: number, change: { what: string } & Record<string, unknown> }} Mutation
 */

/** @param {{ maxLength: number }} options length of the longest texts */
export function mutations(options) {
  const value = json(options)
  const changes = fc.oneof(
    { weight: 4, arbitrary: value.map((value) => ({ what: 'replace', value })) },
    { weight: 2, arbitrary: fc.constant({ what: 'remove' }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('add'), name: names, value }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('rename'), name: names }) },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant('insert'), text: texts(options.maxLength), position: fc.nat(40) }),
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('graft'), from: fc.nat(5_000) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('repeat'), times: fc.constantFrom(2, 3, 70, 300) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('nest'), depth: depths, name: fc.option(names) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('again') }) },
  )
  return fc.array(fc.record({ at: fc.nat(5_000), change: changes }), { maxLength: 6 })
}

/**
 * A copy of the document in which every mutation was made, one after the other.
 *
 * @param {unknown} document
 * @param {readonly Mutation[]} list
 */
export function mutate(document, list) {
  return list.reduce((current, { at, change }) => {
    const places = placesOf(current)
    return changeAt(current, places[at % places.length], (name, value) =>
      changed(name, value, { change, root: current }),
    )
  }, document)
}

const maxPlaces = 5_000
const maxDepth = 60

/**
 * Where something can go wrong: the path of every value of a tree, the root's first.
 *
 * @param {unknown} root
 * @returns {string[][]}
 */
export function placesOf(root) {
  const places = [[]]
  const open = [{ value: root, path: places[0] }]
  for (const { value, path } of open) {
    if (typeof value !== 'object' || value === null || path.length > maxDepth) continue
    for (const [name, child] of Object.entries(value)) {
      if (places.length >= maxPlaces) return places
      const place = [...path, name]
      places.push(place)
      open.push({ value: child, path: place })
    }
  }
  return places
}

/**
 * A copy with what stands at the path replaced.
 *
 * @param {unknown} root
 * @param {readonly string[]} path
 * @param {(name: string, value: unknown) => (readonly [string, unknown])[]} change the members instead: none, one, or more
 */
export function changeAt(root, path, change) {
  const [name, ...rest] = path
  if (name === undefined) return change('', root).at(-1)?.[1] ?? null
  const entries = Object.entries(root).flatMap(([member, child]) => {
    if (member !== name) return [[member, child]]
    return rest.length === 0 ? change(member, child) : [[member, changeAt(child, rest, change)]]
  })
  return Array.isArray(root) ? entries.map(([, child]) => child) : Object.fromEntries(entries)
}

function changed(name, value, { change, root }) {
  switch (change.what) {
    case 'replace':
      return [[name, change.value]]
    case 'remove':
      return []
    case 'rename':
      return [[change.name, value]]
    case 'again':
      return [
        [name, value],
        [`${name}2`, value],
      ]
    case 'add':
      return [[name, withMember(value, change)]]
    case 'insert':
      return [[name, withText(value, change)]]
    case 'graft':
      return [[name, valueAt(root, placesOf(root)[change.from % placesOf(root).length])]]
    case 'repeat':
      return [[name, isLarge(value, change.times) ? value : repeated(value, change.times)]]
    case 'nest':
      return [[name, nest(value, change.depth, change.name)]]
    default:
      throw new TypeError(`no such change: ${change.what}`)
  }
}

function withMember(value, { name, value: more }) {
  if (typeof value !== 'object' || value === null) return more
  return Array.isArray(value) ? [more, ...value] : Object.fromEntries([...Object.entries(value), [name, more]])
}

function withText(value, { text, position }) {
  return typeof value === 'string' ? value.slice(0, position) + text + value.slice(position) : text
}

/** Repetitions of repetitions must not fill the memory of the one who tests. */
function isLarge(value, times) {
  return sizeOf(value) * times > 100_000
}

/** Values and characters of a tree. */
export function sizeOf(root) {
  let size = 0
  const open = [root]
  for (let value = open.pop(); value !== undefined && size < 1_000_000; value = open.pop()) {
    size += typeof value === 'string' ? value.length : 1
    if (typeof value === 'object' && value !== null) open.push(...Object.values(value))
  }
  return size
}

/** Items, or members under new names, as often; texts too. */
export function repeated(value, times) {
  if (typeof value === 'string') return value.repeat(times)
  if (typeof value !== 'object' || value === null) return value
  const rounds = Array.from({ length: times }, (_, round) => round)
  const entries = rounds.flatMap((round) => {
    return Object.entries(value).map(([name, child]) => [round === 0 ? name : `${name}${round}`, child])
  })
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries)
}

/** @param {readonly string[]} path */
export function valueAt(root, path) {
  return path.reduce((value, name) => value[name], root)
}
