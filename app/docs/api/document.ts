import json from '../../../docs/openapi.json'

/** As much of OpenAPI 3.1 as our own description uses. */
export type ApiDocument = {
  info: { description: string }
  tags: { name: string }[]
  paths: Record<string, Record<string, Described>>
  components: {
    schemas: Record<string, Schema>
    securitySchemes: Record<string, { type: string; description: string }>
  }
}

type Described = {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  security: Record<string, string[] | undefined>[]
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, Answer>
}

export type Parameter = {
  in: string
  name: string
  required?: boolean
  description?: string
  schema: Schema
}

export type Answer = {
  description: string
  headers?: Record<string, { description: string } | undefined>
  content?: Content
}

export type Content = Record<string, { schema: Schema } | undefined>

export type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  const?: unknown
  enum?: string[]
  items?: Schema
  anyOf?: Schema[]
  properties?: Record<string, Schema | undefined>
  required?: string[]
  description?: string
}

export type Operation = Described & { method: string; path: string }

export const document: ApiDocument = json

/** The operations of a tag, in the order of the document. */
export function operationsOf(tag: string): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, described]) => ({ ...described, method: method.toUpperCase(), path })),
  )
}

/** The name of the schema that a reference leads to. */
export function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1)
}
