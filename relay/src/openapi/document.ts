/** How a plane's description by OpenAPI 3.1 is put together: what is the same for every address is written once. */

/** A JSON Schema, draft 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>

export interface Operation {
  /** `GET /status`: a method, and the template of an address. */
  readonly route: string
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  /** Needs no key and no token. */
  readonly isOpen?: true
  readonly parameters?: readonly Schema[]
  readonly body?: Schema
  /** By status. A schema stands for JSON; null for no body. */
  readonly answers: Readonly<Record<number, AnswerDescription>>
}

export interface AnswerDescription {
  readonly description: string
  /** null: no body. */
  readonly schema: Schema | null
  /** `application/json` when absent. */
  readonly contentType?: string
  /** Names of the plane's headers. */
  readonly headers?: readonly string[]
}

export interface PlaneDescription {
  readonly title: string
  readonly description: string
  readonly securitySchemes: Readonly<Record<string, Schema>>
  readonly headers: Readonly<Record<string, Schema>>
  readonly schemas: Readonly<Record<string, Schema>>
  readonly operations: readonly Operation[]
}

/** Makes the document. */
export function describePlane(plane: PlaneDescription): object {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of plane.operations) {
    const [method = '', path = ''] = operation.route.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(operation) }
  }
  return {
    openapi: '3.1.0',
    // Of the description. Which version of the relay answers is nobody's business who has no key.
    info: { title: plane.title, version: '1', description: plane.description, license },
    // Beside this document, so that a prefix that a proxy adds is kept.
    servers: [{ url: '.' }],
    security: Object.keys(plane.securitySchemes).map((name) => ({ [name]: [] })),
    paths,
    components: { securitySchemes: plane.securitySchemes, headers: plane.headers, schemas: plane.schemas },
  }
}

const license = { name: 'Apache License 2.0', identifier: 'Apache-2.0' }

function describeOperation({
  operationId,
  summary,
  description,
  isOpen,
  parameters,
  body,
  answers,
}: Operation): object {
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(isOpen === true ? { security: [{}] } : {}),
    ...(parameters === undefined ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)])),
  }
}

function describeAnswer({ description, schema, contentType = 'application/json', headers }: AnswerDescription): object {
  return {
    description,
    ...(headers === undefined
      ? {}
      : { headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])) }),
    ...(schema === null ? {} : { content: { [contentType]: { schema } } }),
  }
}

/** A schema of the document, by its name. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** An object that has the first members for sure, and the second ones perhaps. */
export function object(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  const names = Object.keys(required)
  return { type: 'object', ...(names.length > 0 ? { required: names } : {}), properties: { ...required, ...optional } }
}

export function listOf(items: Schema, description?: string): Schema {
  return { type: 'array', items, ...(description === undefined ? {} : { description }) }
}

export function nullOr(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

export function text(description?: string): Schema {
  return { type: 'string', ...(description === undefined ? {} : { description }) }
}

export function oneOf(...values: readonly string[]): Schema {
  return { enum: values }
}

export function query(name: string, description: string, schema: Schema = { type: 'string' }): Schema {
  return { name, in: 'query', description, schema }
}

export const integer: Schema = { type: 'integer', minimum: 0 }
export const boolean: Schema = { type: 'boolean' }
export const time: Schema = { type: 'string', format: 'date-time' }
