import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { providerPath } from '#app/api/schemas/integration'
import { type Described, operation, userCodes } from './operation.ts'

/** Calls to a third party's own API. */
export function proxyPaths(): ZodOpenApiPathsObject {
  const entries = methods.map((method) => [method, operation(call(method))])
  return { '/api/integrations/{provider}/proxy/{path}': Object.fromEntries(entries) }
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

function call(method: (typeof methods)[number]): Described {
  const scope = method === 'get' ? 'integrations:read' : 'integrations:write'
  return {
    id: `${method}ByProxy`,
    tag: 'Calls',
    summary: `${method.toUpperCase()} at the third party’s API, with the user’s access token added`,
    description:
      'Path, query, body and a list of headers go on as they are, and so comes the answer, under its own status, content type and limits: see calling-apis.md. An error of ours is `application/problem+json` with a `code`. A header or parameter that is not passed on is `invalid_request`, with its name in `errors`. Where the entry says what reading is (`reads`), that decides which scope is needed, not the method. With the login cookie, reading too needs a page of this app.',
    who: [{ userToken: [scope] }, { cookie: [], ownPage: [] }],
    params: {
      path: providerPath.extend({
        path: z.string().meta({ description: 'Below the API’s base; it may have slashes.' }),
      }),
      header: z.object({
        'Grantkeeper-Grant': z.uuid().optional().meta({
          description: 'Which grant, where the user has several.',
        }),
        'Grantkeeper-Api': z.url().optional().meta({
          description: 'Another of the entry’s `api` than the first.',
        }),
      }),
    },
    isLimited: true,
    isTheirs: true,
    answers: [{ status: 'default', description: 'What the third party’s API answers.' }],
    codes: [
      ...userCodes,
      ...(['invalid_request', 'unknown_provider', 'not_connected', 'account_required'] as const),
      ...(['paused', 'reauthorization_required', 'provider_error'] as const),
      ...(['provider_misconfigured', 'credential_unreadable'] as const),
    ],
  }
}
