/** Documents in which one place grows, or two together: how long each step of their way into service takes. */
import { compile, seal, vendors } from '@switchyard/engine'
import fc from 'fast-check'
import { documents } from '../documents/documents.mjs'
import { changeAt, placesOf, sizeOf, valueAt } from '../generators/mutation.mjs'
import { grown } from './growing.mjs'

/** Values and characters of the largest documents. */
const maxDocumentSize = 400_000

const samples = [...vendors.values()].flatMap((vendor) => {
  return documents[vendor.name].map((sample) => {
    return { vendor, sample, places: placesOf(sample).filter((path) => canGrow(valueAt(sample, path))) }
  })
})

function canGrow(value) {
  return typeof value === 'string' || (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
}

/** @type {fc.Arbitrary<import('./measure.mjs').Family>} */
export const documentFamilies = fc.constantFrom(...samples).chain((sample) => {
  const growth = fc.record({ path: fc.constantFrom(...sample.places), isDistinct: fc.boolean() })
  return fc
    .record({ step: fc.constantFrom(...Object.keys(steps)), growths: fc.array(growth, { minLength: 1, maxLength: 2 }) })
    .map(({ step, growths }) => documentFamily(sample, step, growths))
})

function documentFamily({ vendor, sample }, step, growths) {
  // Where one place is inside the other, only the outer one is still there to grow.
  const apart = growths.filter(({ path }) => !growths.some((other) => isInside(path, other.path)))
  const documentOf = (size) => {
    return apart.reduce((document, { path, isDistinct }) => {
      return changeAt(document, path, (member, value) => [[member, grown(value, size, isDistinct)]])
    }, sample)
  }
  const places = apart.map(({ path, isDistinct }) => `${path.join('.') || 'all'}${isDistinct ? '' : ', repeated'}`)
  return {
    name: `${step} ${vendor.name}: ${places.join(' and ')}`,
    maxSize: Math.min(...apart.map(({ path }) => largestSize(valueAt(sample, path)))),
    prepare: (size) => {
      const decoded = vendor.decode(documentOf(size))
      // A document may be refused because of what has grown in it: then there is nothing behind decoding.
      return decoded.ok || step === 'decode' ? steps[step](vendor, documentOf(size)) : () => {}
    },
  }
}

/** Whether the path leads into, and beyond, the other. */
function isInside(path, outer) {
  return path.length > outer.length && outer.every((name, index) => path[index] === name)
}

function largestSize(value) {
  if (typeof value === 'string') return maxDocumentSize
  return Math.max(64, Math.floor((maxDocumentSize * Object.keys(value).length) / sizeOf(value) / 4))
}

const contexts = [
  {},
  {
    targetingKey: 'u1',
    plan: 'gold',
    country: 'CH',
    email: 'a@corp.example',
    age: 34,
    version: '1.2.3',
    list: ['a', 'b'],
  },
  { targetingKey: 'u5', plan: 'free', country: 'US', email: 'x', age: '7', beta: true, geo: { country: 'DE' } },
]

const environment = { nowMs: 1_767_600_000_000, random: () => 0.25 }

/** The steps of a document's way, each measured by itself. */
const steps = {
  decode: (vendor, document) => () => vendor.decode(document),
  translate: (vendor, document) => {
    const decoded = vendor.decode(document)
    return () => vendor.translate(decoded.document)
  },
  seal: (vendor, document) => {
    const { ruleset } = vendor.translate(vendor.decode(document).document)
    return () => seal(ruleset)
  },
  compile: (vendor, document) => {
    const ruleset = rulesetOf(vendor, document)
    return () => compile(ruleset)
  },
  evaluate: (vendor, document) => {
    const { snapshot } = compile(rulesetOf(vendor, document))
    return () => {
      for (const context of contexts) snapshot.evaluateAll(context, environment, 'server')
    }
  },
}

function rulesetOf(vendor, document) {
  return seal(vendor.translate(vendor.decode(document).document).ruleset)
}
