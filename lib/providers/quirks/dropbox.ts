import type { Quirk } from '../quirks.ts'
import { asBearerPost, bearerOf, formOf } from './body.ts'

/**
 * Dropbox's user endpoints are RPC calls: who the user is takes a POST without a body, and
 * revocation a POST authorized by the very access token that is to end (its refresh token ends
 * with it). Seen in the documentation of Dropbox's own SDK in November 2026:
 * https://dropbox.github.io/SwiftyDropbox/api-docs/latest/Classes/AuthRoutes.html
 */
export const dropbox: Quirk = {
  request(request, { endpoint }) {
    if (endpoint === 'userinfo') return asBearerPost(request, bearerOf(request))
    if (endpoint === 'revocation') return asBearerPost(request, formOf(request).get('token') ?? '')
    return request
  },
}
