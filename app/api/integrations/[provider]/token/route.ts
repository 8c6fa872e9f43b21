import { apiRoute, type Call } from '#app/api/api-route'
import { connectUrl } from '#app/api/connect-url'
import { json, readBody } from '#app/api/json'
import { tokenRequest } from '#app/api/schemas/token'
import { type Caller, callerOf } from '#lib/callers'
import { baseUrlFor } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { vend } from '#lib/integrations/vend'
import { policies } from '#lib/rate-limits'

/** A backend job asks for an access token: `{ user, org?, grant?, scope?, min_ttl? }`. */
export const POST = apiRoute(
  { prove: callerOf, policy: policies.token },
  async ({ who, request, params: { provider } }: Asked) => {
    const { min_ttl: minTtlS, ...wish } = await readBody(request, tokenRequest)
    const vended = await vend(who, { provider, ...wish, minTtlS }).catch((error) => {
      throw withWayOn(error, provider)
    })
    return json(vended)
  },
)

type Asked = Call<Caller, { provider: string }>

/** Where a person can mend it: the job may pass the link on. */
function withWayOn(error: unknown, provider: string): unknown {
  const code = codeOf(error)
  if (code !== 'reauthorization_required' && code !== 'not_connected') return error
  const detail = error instanceof GrantkeeperError ? error.detail : {}
  const grant = typeof detail.grant === 'string' ? detail.grant : undefined
  const connect_url = connectUrl(baseUrlFor(null), provider, grant)
  return new GrantkeeperError(code, { detail: { ...detail, connect_url } })
}
