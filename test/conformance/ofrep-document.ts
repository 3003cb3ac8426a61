/** The protocol's own description, and where tests read it otherwise than it is written. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { textOf } from '../repository/files.js'

/** What of the document is read here. */
interface Document {
  readonly paths: Readonly<Record<string, { readonly post: PostOperation }>>
  readonly components: { readonly schemas: Schemas }
}

interface PostOperation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

interface Schemas {
  readonly evaluationSuccess: {
    readonly allOf: [
      { readonly properties: { readonly reason: { enum?: string[] } } },
      { oneOf?: object; anyOf?: object },
    ]
  }
  readonly codeDefaultFlag: { not?: object }
  readonly objectFlag: { readonly properties: { readonly value: { type: string | string[] } } }
  readonly evaluationFailure: { readonly properties: { readonly errorCode: { readonly enum: string[] } } }
}

export interface Repair {
  /** Name of the schema that judges `value` wrongly without it. */
  readonly schema: string
  readonly value: unknown
  /** Whether it should be refused. */
  readonly isRefused: boolean
  readonly why: string
  readonly apply: (schemas: Schemas) => void
}

const success = { key: 'a', reason: 'STATIC' }

export const repairs: readonly Repair[] = [
  {
    schema: 'evaluationSuccess',
    value: { ...success, value: 1 },
    isRefused: false,
    why: 'a whole number fits two types, and every value fits the flag without one: oneOf refuses them all',
    apply: ({ evaluationSuccess: { allOf } }) => {
      allOf[1] = { anyOf: allOf[1].oneOf ?? [] }
    },
  },
  {
    schema: 'evaluationSuccess',
    value: { ...success, value: null },
    isRefused: true,
    why: 'a flag that leaves the value to the code has none: null is a value, and no type of flag has it',
    apply: ({ codeDefaultFlag }) => {
      codeDefaultFlag.not = { required: ['value'] }
    },
  },
  {
    schema: 'evaluationSuccess',
    value: { ...success, value: [1, 2] },
    isRefused: false,
    why: 'flagd has flags whose value is a list, and to the JavaScript clients a list is an object',
    apply: ({ objectFlag }) => {
      objectFlag.properties.value.type = ['object', 'array']
    },
  },
  {
    schema: 'evaluationSuccess',
    value: { key: 'a', reason: 'DEFAULT' },
    isRefused: false,
    why: "OpenFeature's reasons are open, and the protocol's decision about code defaults shows DEFAULT itself",
    apply: ({ evaluationSuccess: { allOf } }) => {
      delete allOf[0].properties.reason.enum
    },
  },
  {
    schema: 'bulkEvaluationSuccess',
    value: { flags: [{ key: 'a', errorCode: 'FLAG_NOT_FOUND' }] },
    isRefused: false,
    why: 'the example of a bulk answer has such an item',
    apply: ({ evaluationFailure }) => {
      evaluationFailure.properties.errorCode.enum.push('FLAG_NOT_FOUND')
    },
  },
]

export interface OfrepDocument {
  /** By operation and status: what validates the body, null where the document asks for none. */
  readonly bodies: ReadonlyMap<string, ReadonlyMap<number, ValidateFunction | null>>
  /** Validates one of the named schemas. */
  schema(name: string): ValidateFunction
}

/** Reads the document with some of the repairs. */
export function readOfrepDocument(applied: readonly Repair[] = repairs): OfrepDocument {
  const document = parse(textOf('test/fixtures/ofrep/openapi.yaml')) as Document
  for (const { apply } of applied) apply(document.components.schemas)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'ofrep')
  const compile = (...pointer: string[]): ValidateFunction => {
    const escaped = pointer.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')))
    return ajv.compile({ $ref: `ofrep#/${escaped.join('/')}` })
  }
  const operations = Object.entries(document.paths).map(([path, { post }]) => {
    const bodies = Object.entries(post.responses).map(([status, { content }]) => {
      const at = ['paths', path, 'post', 'responses', status, 'content', 'application/json', 'schema']
      return [Number(status), content === undefined ? null : compile(...at)] as const
    })
    return [post.operationId, new Map(bodies)] as const
  })
  return { bodies: new Map(operations), schema: (name) => compile('components', 'schemas', name) }
}
