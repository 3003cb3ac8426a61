/** Values as the features write them. */
import type { FlagValue, JsonValue } from '@openfeature/core'
import type { FlagType } from './application.js'

/** A flag's type by its name, in whatever case. */
export function flagTypeOf(word: string): FlagType {
  const type = (['Boolean', 'String', 'Integer', 'Float', 'Object'] as const).find(
    (name) => name.toLowerCase() === word.toLowerCase(),
  )
  if (type === undefined) throw new Error(`no type of flag is called ${word}`)
  return type
}

/** @throws Error where the text is no value of that type: a feature that is read wrongly */
export function valueOf(type: FlagType, text: string): JsonValue & FlagValue {
  switch (type) {
    case 'Boolean':
      if (text !== 'true' && text !== 'false') throw new Error(`${text} is no boolean`)
      return text === 'true'
    case 'String':
      return text
    case 'Integer':
    case 'Float':
      if (text === '' || !Number.isFinite(Number(text))) throw new Error(`${text} is no number`)
      return Number(text)
    case 'Object':
      return JSON.parse(text.replaceAll(String.raw`\"`, '"')) as JsonValue & FlagValue
  }
}
