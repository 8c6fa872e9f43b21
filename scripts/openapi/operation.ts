import type { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi'
import { problem } from '#app/api/schemas/problem'
import { type ErrorCode, statusOf } from '#lib/errors'
import type { Scope } from '#lib/session'

export type Answer = {
  status: number | 'default'
  description: string
  schema?: z.ZodType
  headers?: Record<string, string>
}

export type Described = {
  id: string
  tag: Tag
  summary: string
  description?: string
  /** Who may call: each one suffices. */
  who: Record<string, string[]>[]
  params?: ZodOpenApiOperationObject['requestParams']
  body?: z.ZodType
  /** How the body is written; unless told, as JSON. */
  bodyType?: 'application/x-www-form-urlencoded'
  answers: Answer[]
  codes?: ErrorCode[]
  /** Whether a third party's answers come through under any status, in its own content type. */
  isTheirs?: boolean
  /** Whether calls are counted: then answers tell what is left, but those that are a third party's. */
  isLimited?: boolean
}

export const tags = ['Grants', 'SPAs', 'Calls', 'Backend jobs', 'Browsers', 'Operation'] as const
export type Tag = (typeof tags)[number]

/** A user by access token, or by login cookie from a page of this app. */
export function user(scope: Scope): Record<string, string[]>[] {
  const ownPage: Record<string, string[]> = scope === 'integrations:write' ? { ownPage: [] } : {}
  return [{ userToken: [scope] }, { cookie: [], ...ownPage }]
}

/** What may happen to whoever has to prove who they are. */
export const userCodes: ErrorCode[] = [
  ...(['login_required', 'forbidden', 'insufficient_scope', 'access_denied'] as const),
  ...(['rate_limited', 'temporarily_unavailable', 'storage_unavailable', 'server_error'] as const),
]

/** An operation as OpenAPI writes it, with a problem for every status that its codes have. */
export function operation(described: Described): ZodOpenApiOperationObject {
  const { id, tag, summary, description, who, params, body, isLimited } = described
  const { bodyType = 'application/json' } = described
  const answers = described.answers.map((answer) => [answer.status, toResponse(answer, isLimited)])
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: who,
    ...(params && { requestParams: params }),
    ...(body && {
      requestBody: { required: true, content: { [bodyType]: { schema: body } } },
    }),
    responses: { ...Object.fromEntries(answers), ...problems(described) },
  }
}

const limitHeaders = {
  'RateLimit-Policy': 'The limit: calls (`q`) within seconds (`w`).',
  RateLimit: 'What is left of it: calls (`r`), until it begins anew in seconds (`t`).',
}

function toResponse(answer: Answer, isLimited = false): ZodOpenApiResponseObject {
  const isOurs = answer.status !== 'default'
  const headers = { ...answer.headers, ...(isLimited && isOurs ? limitHeaders : {}) }
  return {
    description: answer.description,
    ...(Object.keys(headers).length > 0 && { headers: headersOf(headers) }),
    ...(answer.schema && { content: { 'application/json': { schema: answer.schema } } }),
    ...(!isOurs && { content: theirs }),
  }
}

/** Whatever a third party sends. */
const theirs = { '*/*': { schema: {} } }

function problems({ codes = [], ...described }: Described): ZodOpenApiOperationObject['responses'] {
  const byStatus = Object.groupBy(codes, (code) => statusOf[code])
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, ofStatus]) => [
      status,
      toProblem(status, { ...described, codes: ofStatus }),
    ]),
  )
}

type Refusal = Pick<Described, 'who' | 'codes' | 'isLimited' | 'isTheirs'>

function toProblem(
  status: string,
  { who, codes = [], isLimited, isTheirs }: Refusal,
): ZodOpenApiResponseObject {
  const isOfToken = codes.includes('insufficient_scope') && who.some((one) => 'userToken' in one)
  const headers: Record<string, string> = {
    ...(status === '401' && { 'WWW-Authenticate': 'RFC 6750.' }),
    ...(isOfToken && { 'WWW-Authenticate': 'RFC 6750, where the token lacks a scope: which.' }),
    // Who is not known is not counted.
    ...(isLimited && status !== '401' && limitHeaders),
    ...((status === '429' || status === '503') && {
      'Retry-After': 'Seconds after which trying again makes sense.',
    }),
  }
  return {
    description: `${codes.map((code) => `\`${code}\``).join(', ')}${isTheirs ? '; or what the third party’s API answers, in its own content type.' : ''}`,
    ...(Object.keys(headers).length > 0 && { headers: headersOf(headers) }),
    content: { 'application/problem+json': { schema: problem }, ...(isTheirs && theirs) },
  }
}

function headersOf(described: Record<string, string>): ZodOpenApiResponseObject['headers'] {
  const entries = Object.entries(described).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' as const } },
  ])
  return Object.fromEntries(entries)
}
