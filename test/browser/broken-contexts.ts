/** Contexts as people mistype them, with the place that the page has to name and words of what it says. */

export interface BrokenContext {
  readonly text: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
  /** A part of what is said to be wrong there. */
  readonly says: string
}

const at = (text: string, line: number, column: number, says: string): BrokenContext => ({ text, line, column, says })

export const brokenContexts: readonly BrokenContext[] = [
  at('{targetingKey: 1}', 1, 2, 'a name in double quotes belongs, or the closing }'),
  at('targetingKey=user-1', 1, 1, 'a value belongs'),
  at("{'targetingKey': 'user-1'}", 1, 2, 'not the plain double one'),
  at(`{"targetingKey": 'user-1'}`, 1, 18, 'not the plain double one'),
  at('{“targetingKey”: “user-1”}', 1, 2, 'not the plain double one'),
  at('{"plan": gold}', 1, 10, 'a value belongs'),
  at('{"plan": True}', 1, 10, 'a value belongs'),
  at('{"plan": truu}', 1, 10, 'a value belongs'),
  at('{"plan": nul', 1, 10, 'a value belongs'),
  at('{"plan": undefined}', 1, 10, 'a value belongs'),
  at('{"plan": NaN}', 1, 10, 'a value belongs'),
  at('{"plan": }', 1, 10, 'a value belongs'),
  at('{"plan":', 1, 9, 'a value belongs'),
  at('{"plan"}', 1, 8, 'a colon belongs'),
  at('{"plan" "gold"}', 1, 9, 'a colon belongs'),
  at('{"plan"', 1, 8, 'a colon belongs'),
  at('{"plan", "gold"}', 1, 8, 'a colon belongs'),
  at('{"plan": "gold"', 1, 16, 'a comma or the closing } belongs'),
  at('{"plan": "gold" "age": 3}', 1, 17, 'a comma or the closing } belongs'),
  at('{\n  "plan": "gold"\n  "age": 3\n}', 3, 3, 'a comma or the closing } belongs'),
  at('{"plan": "gold";}', 1, 16, 'a comma or the closing } belongs'),
  at('{"a": [1, 2}', 1, 12, 'a comma or the closing ] belongs'),
  at('{"a": [1, 2', 1, 12, 'a comma or the closing ] belongs'),
  at('{"a": [', 1, 8, 'a value belongs, or the closing ]'),
  at('{"a": {"b": 1]}', 1, 14, 'a comma or the closing } belongs'),
  at('{"a": 1,}', 1, 9, 'a comma too many'),
  at('{\n  "a": 1,\n}', 3, 1, 'a comma too many'),
  at('{"a": [1,]}', 1, 10, 'a comma too many'),
  at('{,}', 1, 2, 'a name in double quotes belongs'),
  at('{"a": 1,, "b": 2}', 1, 9, 'a name in double quotes belongs'),
  at('{"plan": "gold}', 1, 10, 'no closing "'),
  at('{\n  "plan": "gold,\n  "age": 3\n}', 2, 11, 'no closing "'),
  at('{"plan', 1, 2, 'no closing "'),
  at(String.raw`{"path": "C:\dir"}`, 1, 13, 'a backslash stands alone'),
  at(String.raw`{"path": "\u12"}`, 1, 11, 'a backslash stands alone'),
  at('{"path": "a\tb"}', 1, 12, 'an invisible character'),
  at('{"age": .5}', 1, 9, 'a number'),
  at('{"age": +5}', 1, 9, 'a number'),
  at('{"age": -}', 1, 9, 'a number'),
  at('{"age": 05}', 1, 10, 'a number'),
  at('{"age": 5.}', 1, 10, 'a number'),
  at('{"age": [-]}', 1, 10, 'a number'),
  at('{"age": 0x1F}', 1, 10, 'a comma or the closing } belongs'),
  at('{} {}', 1, 4, 'more follows'),
  at('{"a": 1}}', 1, 9, 'more follows'),
  at('}', 1, 1, 'a value belongs'),
  at('{', 1, 2, 'a name in double quotes belongs, or the closing }'),
  at('// who\n{}', 1, 1, 'a comment begins'),
  at('{"a": 1} # who', 1, 10, 'a comment begins'),
  at('{\u00a0"a": 1}', 1, 2, 'a name in double quotes belongs'),
  at('{"😀": "😀" x}', 1, 11, 'a comma or the closing } belongs'),
  at('<b>', 1, 1, 'a value belongs'),
]
