import { type CallHeaders, callerOf } from '#lib/callers'
import { baseUrlFor } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { vend } from '#lib/integrations/vend'
import { policies } from '#lib/rate-limits'
import type { Answer } from './answer.ts'
import { connectUrl } from './connect-url.ts'
import { counted } from './counted.ts'
import { json, maxBytes, parseBody } from './json.ts'
import { tokenRequest } from './schemas/token.ts'

/** A request at the token route, from whichever server. */
export type TokenCall = {
  provider: string
  headers: CallHeaders
  /** The body's text, or undefined where that is longer, or was cut off. */
  text: (maxBytes: number) => Promise<string | undefined>
}

/** A backend job asks for an access token: `{ user, org?, grant?, scope?, min_ttl? }`. It never throws. */
export function answerToken({ provider, headers, text }: TokenCall): Promise<Answer> {
  const entry = { prove: () => callerOf({ headers }), policy: policies.token }
  return counted(entry, async (caller) => {
    const { min_ttl: minTtlS, ...wish } = parseBody(await text(maxBytes), tokenRequest)
    try {
      return json(await vend(caller, { provider, ...wish, minTtlS }))
    } catch (error) {
      throw withWayOn(error, provider)
    }
  })
}

/** Where a person can mend it: the job may pass the link on. */
function withWayOn(error: unknown, provider: string): unknown {
  const code = codeOf(error)
  const detail = error instanceof GrantkeeperError ? error.detail : {}
  const isMendable = code === 'reauthorization_required' || code === 'not_connected'
  // One that is refused may be reconnected while we go on trying.
  if (!isMendable && detail.refused_since === undefined) return error
  const grant = typeof detail.grant === 'string' ? detail.grant : undefined
  const connect_url = connectUrl(baseUrlFor(null), provider, grant)
  const { retryAfterS } = error instanceof GrantkeeperError ? error : {}
  return new GrantkeeperError(code, {
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    detail: { ...detail, connect_url },
    cause: error,
  })
}
