import type { Quirk } from '../quirks.ts'
import { jsonOf, withJson } from './body.ts'

/**
 * Some providers leave out `token_type`, which RFC 6749 §5.1 requires, or give it as null or empty;
 * they mean Bearer. For entries of `PROVIDERS_FILE` without a quirk of their own. Seen in November
 * 2026 in a provider's own table of its token response:
 * https://developers.notion.com/changelog/oauth-token-response-now-includes-more-info-about-the-workspace
 */
export const tokenTypeMissing: Quirk = {
  response(response, { endpoint }) {
    const json = endpoint === 'token' ? jsonOf(response) : undefined
    if (typeof json?.access_token !== 'string' || json.token_type) return response
    return withJson(response, { ...json, token_type: 'Bearer' })
  },
}
