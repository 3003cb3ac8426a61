/** flagd's operators in plain words. */
import type { OperatorWords } from '../../ruleset/dialect.js'
import type { Json } from '../../ruleset/types.js'

const comparisons: readonly (readonly [string, OperatorWords])[] = [
  ['==', { say: '{*}', join: ' equals ', deny: 'not ({*})' }],
  ['!=', { say: '{*}', join: ' differs from ', deny: 'not ({*})' }],
  ['===', { say: '{*}', join: ' is exactly ', deny: 'not ({*})', expects: 'same' }],
  ['!==', { say: '{*}', join: ' is not exactly ', deny: 'not ({*})', expects: 'same' }],
  ['<', { say: '{*}', join: ' < ', deny: 'not ({*})' }],
  ['<=', { say: '{*}', join: ' <= ', deny: 'not ({*})' }],
  ['>', { say: '{*}', join: ' > ', deny: 'not ({*})' }],
  ['>=', { say: '{*}', join: ' >= ', deny: 'not ({*})' }],
]

const logic: readonly (readonly [string, OperatorWords])[] = [
  ['!', { say: '{*} counts as false', deny: '{*} counts as true' }],
  ['!!', { say: '{*} counts as true', deny: '{*} counts as false' }],
  ['truthy', { say: '{0} counts as true', deny: '{0} counts as false', shape: 'truth' }],
  ['and', { say: '{*}', join: ' and ', shape: 'all' }],
  ['or', { say: '{*}', join: ' or ', shape: 'any' }],
  ['if', { say: 'the choice ({*})', shape: 'choice' }],
  ['default', { say: '{0} or else {1}' }],
  ['clause', { say: '{0}', shape: 'same' }],
  ['inserted', { say: '{0}', shape: 'same' }],
  ['insertedRule', { say: '{0}', shape: 'same' }],
  ['insertedSubject', { say: '{0}', shape: 'same' }],
]

const numbersAndTexts: readonly (readonly [string, OperatorWords])[] = [
  ['+', { say: '({*})', join: ' + ' }],
  ['-', { say: '({*})', join: ' - ' }],
  ['*', { say: '({*})', join: ' * ' }],
  ['/', { say: '({*})', join: ' / ' }],
  ['%', { say: '({*})', join: ' modulo ' }],
  ['abs', { say: 'the absolute value of {*}' }],
  ['max', { say: 'the largest of {*}' }],
  ['min', { say: 'the smallest of {*}' }],
  ['cat', { say: '{*}', join: ' + ' }],
  ['substr', { say: 'the part ({*})' }],
  ['starts_with', { say: '{*}', join: ' begins with ', deny: 'not ({*})', expects: 'string' }],
  ['ends_with', { say: '{*}', join: ' ends with ', deny: 'not ({*})', expects: 'string' }],
  ['sem_ver', { say: 'version {*|raw}', join: ' ', deny: 'not (version {*|raw})' }],
  [
    'semVerOf',
    { say: 'version {0} {1|raw} {2|raw}', deny: 'not (version {0} {1|raw} {2|raw})', nothing: 'is no version' },
  ],
]

const lists: readonly (readonly [string, OperatorWords])[] = [
  ['in', { say: '{*}', join: ' is in ', deny: 'not ({*})' }],
  ['inList', { say: '{0} is one of {1}', deny: '{0} is not one of {1}' }],
  ['contains_all', { say: '{*}', join: ' contains all of ' }],
  ['contains_any', { say: '{*}', join: ' contains some of ' }],
  ['contains_none', { say: '{*}', join: ' contains none of ' }],
  ['list', { say: '[{*}]' }],
  ['merge', { say: 'the lists {*} together', join: ' and ' }],
  ['set', { say: 'a changed object ({*})' }],
  ['apply', { say: '{0|raw} of the list {1}' }],
  ['map', { say: '{1}, of each item of {0}' }],
  ['filter', { say: 'the items of {0} for which {1}' }],
  ['reduce', { say: '{1}, through all items of {0}' }],
  ['all', { say: 'for all items of {0}: {1}' }],
  ['none', { say: 'for no item of {0}: {1}' }],
  ['some', { say: 'for some item of {0}: {1}' }],
]

const reads: readonly (readonly [string, OperatorWords])[] = [
  ['var', { say: sayVariable, reads: true }],
  ['varOf', { say: 'what stands at {0}', reads: true }],
  ['missing', { say: 'which of {0} are missing', reads: true }],
  ['missing_some', { say: 'which of {0} are missing', reads: true }],
  ['timestamp', { say: 'the time in seconds', reads: true }],
]

/** Depth -1 is the context, anything else an item of a list. */
function sayVariable([path, depth]: readonly (Json | undefined)[]): string {
  if (depth === -1) return '{0|name}'
  return path === '' ? 'the item' : "the item's {0|name}"
}

/** A rule that names nothing to hash gets what flagd takes instead. */
function saySeed([, named]: readonly (Json | undefined)[]): string {
  return named === null ? 'flag key and targeting key' : '{1}'
}

const distribution: readonly (readonly [string, OperatorWords])[] = [
  ['variant', { say: "the rule's answer", shape: 'same' }],
  ['seed', { say: saySeed }],
  ['bucket', { say: 'bucket', hash: 'MurmurHash3' }],
  ['fractional', { say: 'the distribution among {2|value}', hash: 'MurmurHash3' }],
  ['seedLegacy', { say: saySeed }],
  ['bucketLegacy', { say: 'bucket', hash: 'MurmurHash3' }],
  ['fractionalLegacy', { say: 'the distribution among {2|value}', hash: 'MurmurHash3' }],
]

export const words: ReadonlyMap<string, OperatorWords> = new Map<string, OperatorWords>([
  ...comparisons,
  ...logic,
  ...numbersAndTexts,
  ...lists,
  ...reads,
  ...distribution,
])
