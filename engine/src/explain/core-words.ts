/** The core operators in plain words. */
import type { OperatorWords } from '../ruleset/dialect.js'

const ways: ReadonlyMap<unknown, string> = new Map([
  ['prefix', ' from its beginning'],
  ['full', ' from end to end'],
])

export const coreWords: ReadonlyMap<string, OperatorWords> = new Map<string, OperatorWords>([
  ['attr', { say: '{0|name}', reads: true }],
  ['path', { say: '{*|name}', join: '.', reads: true }],
  ['has', { say: '{0|name} is there', deny: '{0|name} is not there' }],
  ['key', { say: 'targeting key', reads: true }],
  ['now', { say: 'the time', reads: true }],
  ['random', { say: 'a random number', reads: true }],
  ['and', { say: '{*}', join: ' and ', shape: 'all' }],
  ['or', { say: '{*}', join: ' or ', shape: 'any' }],
  ['not', { say: 'not ({0})', deny: '{0}', shape: 'not' }],
  ['if', { say: 'the choice ({*})', shape: 'choice' }],
  ['first', { say: '{*}', join: ' or else ' }],
  ['isNull', { say: '{0} is not set', deny: '{0} is set' }],
  ['fail', { say: '{0|raw}' }],
  ['eq', { say: '{0} is {1}', deny: '{0} is not {1}', expects: 'same' }],
  ['lt', { say: '{0} is less than {1}', deny: '{0} is not less than {1}', expects: 'number' }],
  ['lte', { say: '{0} is at most {1}', deny: '{0} is not at most {1}', expects: 'number' }],
  ['gt', { say: '{0} is greater than {1}', deny: '{0} is not greater than {1}', expects: 'number' }],
  ['gte', { say: '{0} is at least {1}', deny: '{0} is not at least {1}', expects: 'number' }],
  ['in', { say: '{0} is one of {1}', deny: '{0} is not one of {1}' }],
  ['startsWith', { say: '{0} begins with {1}', deny: '{0} does not begin with {1}', expects: 'string' }],
  ['endsWith', { say: '{0} ends with {1}', deny: '{0} does not end with {1}', expects: 'string' }],
  ['contains', { say: '{0} contains {1}', deny: '{0} does not contain {1}', expects: 'string' }],
  ['lower', { say: '{0} in lower case', expects: 'string' }],
  ['concat', { say: '{*}', join: ' + ' }],
  ['matches', { say: sayPattern('matches'), deny: sayPattern('does not match'), expects: 'string' }],
  ['segment', { say: 'in segment {0}', deny: 'not in segment {0}' }],
  ['flag', { say: sayFlag, reads: true }],
])

/** A flag stands for its value; anything else of it is named. */
function sayFlag([, field = 'value']: readonly unknown[]): string {
  return field === 'value' ? 'flag {0|name}' : 'the {1|raw} of flag {0|name}'
}

/** The flags of a pattern stand behind it, where its flavour has any. */
function sayPattern(verb: string): (statics: readonly unknown[]) => string {
  return ([, , flavour, mode]) => {
    const flags = typeof flavour === 'string' ? (/:([a-z]+)$/.exec(flavour)?.[1] ?? '') : ''
    return `{0} ${verb} /{1|raw}/${flags}${ways.get(mode) ?? ''}`
  }
}
