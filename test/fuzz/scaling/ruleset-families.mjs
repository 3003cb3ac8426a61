/** Large rulesets: compiled, compared with the ones before, and explained. */
import { applyPatch, compile, diff, explain, seal } from '@switchyard/engine'
import fc from 'fast-check'

const outcomes = [
  { value: 'a', variant: 'a', reason: 'TARGETING_MATCH' },
  { value: 'b', variant: 'b', reason: 'DEFAULT' },
]

function flagWhen(when) {
  return { outcomes, decide: { rules: [{ when, then: 0 }], else: 1 } }
}

function named(prefix, size, at) {
  return Object.fromEntries(Array.from({ length: size }, (_, index) => [`${prefix}${index}`, at(index)]))
}

/** By what is large in them. In chains each part reaches the one after it, so that whoever goes through them in order comes late. */
const shapes = {
  flags: (size) => ({ flags: named('f', size, (index) => flagWhen(['eq', ['attr', `a${index}`], index])) }),
  'a chain of flags': (size) => ({
    flags: named('f', size, (index) => flagWhen(['eq', ['flag', `f${index + 1}`], 'a'])),
  }),
  'a chain of segments': (size) => ({
    flags: { f: flagWhen(['segment', 's0']) },
    segments: named('s', size, (index) => ({ when: index === size - 1 ? ['nosuch'] : ['segment', `s${index + 1}`] })),
  }),
  'flags of one segment': (size) => ({
    flags: named('f', size, () => flagWhen(['segment', 's'])),
    segments: { s: { when: ['nosuch'] } },
  }),
  'segments of one flag': (size) => ({
    flags: {
      f: flagWhen(['or', ...Array.from({ length: Math.min(size, 20_000) }, (_, index) => ['segment', `s${index}`])]),
    },
    segments: named('s', size, (index) => ({ when: ['eq', ['attr', 'n'], index] })),
  }),
  'a circle of flags': (size) => ({
    flags: named('f', size, (index) => flagWhen(['eq', ['flag', `f${(index + 1) % size}`], 'a'])),
  }),
  'items of a list': (size) => ({
    flags: { f: flagWhen(['in', ['attr', 'n'], ['list', 'l']]) },
    lists: { l: { items: Array.from({ length: size }, (_, index) => `i${index}`) } },
  }),
  'individual assignments': (size) => ({
    flags: { f: { outcomes, decide: { targets: 1 } } },
    targets: named('u', size, () => ({ f: 0 })),
  }),
  'assignments of one user': (size) => ({
    flags: named('f', size, () => ({ outcomes, decide: { targets: 1 } })),
    targets: { u1: named('f', size, () => 0) },
  }),
  cases: (size) => ({
    flags: {
      f: {
        outcomes,
        decide: {
          switch: ['attr', 'n'],
          cases: Array.from({ length: Math.min(size, 15_000) }, (_, index) => [`c${index}`, 0]),
          else: 1,
        },
      },
    },
  }),
  arms: (size) => ({
    flags: {
      f: {
        outcomes,
        decide: {
          split: ['attr', 'n'],
          arms: Array.from({ length: Math.min(size, 10_000) }, (_, index) => [index, index + 1, index % 2]),
          else: 1,
        },
      },
    },
  }),
  outcomes: (size) => ({
    flags: {
      f: {
        outcomes: Array.from({ length: Math.min(size, 10_000) }, (_, value) => ({ value, reason: 'STATIC' })),
        decide: 0,
      },
    },
  }),
  instants: (size) => ({
    flags: { f: { ...flagWhen(['gt', ['now'], 5]), changes: Array.from({ length: size }, (_, index) => index) } },
  }),
}

const context = { targetingKey: 'u1', n: -1 }
const environment = { nowMs: 1_767_600_000_000, random: () => 0.25 }

/** @type {fc.Arbitrary<import('./measure.mjs').Family>} */
export const rulesetFamilies = fc
  .record({ step: fc.constantFrom(...Object.keys(stepsOf({}))), shape: fc.constantFrom(...Object.keys(shapes)) })
  .map(({ step, shape }) => rulesetFamily(step, shape))

function rulesetFamily(step, shape) {
  return { name: `${step}: ${shape}`, maxSize: 40_000, prepare: (size) => stepsOf(versionsOf(shape, size))[step]() }
}

/** A ruleset, and the same with one flag more and one segment changed. */
function versionsOf(shape, size) {
  const { flags, segments, ...rest } = shapes[shape](size)
  const parts = { ruleset: 1, dialects: [], ...rest, flags }
  const last = { ...segments, [`s${size - 1}`]: { when: true } }
  return {
    before: seal({ ...parts, ...(segments === undefined ? {} : { segments }) }),
    after: seal({
      ...parts,
      flags: { ...flags, more: flagWhen(true) },
      ...(segments === undefined ? {} : { segments: last }),
    }),
  }
}

/** What is done with rulesets: what has to be there already is made first, the rest is measured. */
function stepsOf({ before, after }) {
  return {
    compile: () => () => compile(before),
    'compile the next': () => {
      const previous = compile(before).snapshot
      return () => compile(after, { previous }).snapshot.changedFrom(previous)
    },
    'diff and patch': () => () => applyPatch(before, diff(before, after)),
    evaluate: () => {
      const { snapshot } = compile(before)
      return () => snapshot.evaluateAll(context, environment, 'server')
    },
    'say what is read': () => () => {
      const { snapshot } = compile(before)
      snapshot.reads()
      snapshot.validUntil(0)
    },
    explain: () => {
      const { snapshot } = compile(before)
      return () => explain(snapshot, snapshot.flagKeys[0], context, environment)
    },
  }
}
