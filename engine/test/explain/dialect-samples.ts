/** Calls of every operator of every dialect, made up from what the operator says of its parameters. */
import fc from 'fast-check'
import type { Expr } from '../../src/index.js'
import type { Dialect, Parameter } from '../../src/ruleset/dialect.js'
import type { OperatorSample } from './arbitrary-ruleset.js'
import { staticArguments } from './static-arguments.mjs'

/** One sample per operator. @throws TypeError for an operator whose static arguments nobody has written down */
export function dialectSamples(dialects: readonly Dialect[]): readonly OperatorSample[] {
  return dialects.flatMap((dialect) =>
    Array.from(dialect.operators, ([name, { parameters }]) => sampleOf(`${dialect.name}.${name}`, parameters)),
  )
}

function sampleOf(name: string, parameters: readonly Parameter[]): OperatorSample {
  const hasStatics = parameters.some((parameter) => parameter.startsWith('static'))
  const statics = hasStatics ? staticArguments[name] : [[]]
  if (statics === undefined) throw new TypeError(`static-arguments.mjs says nothing of ${name}`)
  return {
    name,
    call: (value) =>
      fc
        .tuple(fc.constantFrom(...statics), fc.array(value, { minLength: 4, maxLength: 4 }), fc.nat(4))
        .map(([given, values, count]) => [name, ...argumentsOf(parameters, given, values.slice(0, count))] as Expr),
  }
}

/** In the order of the parameters; values are left out where they are optional and there are no more. */
function argumentsOf(
  parameters: readonly Parameter[],
  statics: readonly unknown[],
  values: readonly Expr[],
): unknown[] {
  const [staticsLeft, valuesLeft] = [[...statics], [...values]]
  return parameters.flatMap((parameter): unknown[] => {
    switch (parameter) {
      case 'static':
        return [staticsLeft.shift()]
      case 'static?':
        return staticsLeft.splice(0, 1)
      case 'static..':
        return staticsLeft.splice(0)
      case 'value':
        return [valuesLeft.shift() ?? null]
      case 'value?':
        return valuesLeft.splice(0, 1)
      case 'value..':
        return valuesLeft.splice(0)
    }
  })
}
