import { policies } from '#lib/rate-limits'
import { bearerUser, type Scope } from '#lib/session'
import type { Answer } from './answer'
import { apiRoute, type Call, type Handler } from './api-route'
import { apiUser } from './api-user'
import { spaOrigin, withCors } from './cors'

/** A route for users: of SPAs and services by access token, of our own pages by login cookie. */
export function userRoute<Params>(needed: Scope, answer: Answering<Params>): Handler<Params> {
  const policy = needed === 'integrations:read' ? policies.read : policies.write
  return readable(apiRoute({ prove: (request) => apiUser(request, needed), policy }, answer))
}

/** A route for users of registered SPAs alone: no cookie, and no other origin, is good enough. */
export function spaRoute<Params>(answer: Answering<Params>): Handler<Params> {
  const prove = async ({ headers }: { headers: Headers }) => {
    spaOrigin({ headers })
    return bearerUser(headers, 'integrations:write')
  }
  return readable(apiRoute({ prove, policy: policies.connect }, answer))
}

type Answering<Params> = (call: Call<Params>) => Promise<Answer>

function readable<Params>(handle: Handler<Params>): Handler<Params> {
  return async (request, context) => withCors(request, await handle(request, context))
}
