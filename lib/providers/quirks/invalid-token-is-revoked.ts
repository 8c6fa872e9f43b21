import type { Quirk } from '../quirks.ts'
import { jsonOf, withJson } from './body.ts'

/**
 * Salesforce answers 400 `invalid_token` when the token that is to be revoked is dead already; RFC
 * 7009 §2.2 calls that success. Seen in its documentation in November 2026:
 * https://developer.salesforce.com/docs/platform/mobile-sdk/guide/oauth-revoking-tokens.html
 * Google is said to do the same (not verified).
 */
export const invalidTokenIsRevoked: Quirk = {
  response(response, { endpoint }) {
    if (endpoint !== 'revocation' || jsonOf(response)?.error !== 'invalid_token') return response
    return withJson(response, {}, 200)
  },
}
