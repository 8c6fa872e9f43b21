import type { Quirk, WireResponse } from '../quirks.ts'
import { asBearerPost, formOf, isObject, type Json, jsonOf, withError, withJson } from './body.ts'

/**
 * Slack tells errors with status 200 and `ok: false`, in names of its own; calls a user's token
 * type "user", and may nest it in `authed_user`; separates scopes by commas; revokes the token that
 * authorizes the call; and names a user only within a workspace. Seen in its documentation in
 * November 2026 (the nested token, and what revocation answers):
 * https://docs.slack.dev/tools/node-slack-sdk/reference/oauth/interfaces/OAuthV2Response
 * https://api.slack.com/methods/auth.revoke
 */
export const slack: Quirk = {
  request(request, { endpoint }) {
    if (endpoint !== 'revocation') return request
    return asBearerPost(request, formOf(request).get('token') ?? '')
  },
  response(response, { endpoint }) {
    const json = jsonOf(response)
    if (!json) return response
    if (json.ok === false) return failure(response, String(json.error), endpoint)
    if (endpoint === 'token') return withJson(response, token(json))
    return endpoint === 'userinfo' ? withJson(response, userinfo(json)) : response
  },
}

// The names at the token endpoint are from memory; one that is not here passes as it is.
const standardErrors = new Map([
  ['invalid_code', 'invalid_grant'],
  ['code_already_used', 'invalid_grant'],
  ['code_expired', 'invalid_grant'],
  ['invalid_refresh_token', 'invalid_grant'],
  ['token_expired', 'invalid_grant'],
  ['token_revoked', 'invalid_grant'],
  ['account_inactive', 'invalid_grant'],
  ['invalid_client_id', 'invalid_client'],
  ['bad_client_secret', 'invalid_client'],
  ['invalid_grant_type', 'unsupported_grant_type'],
  ['bad_redirect_uri', 'invalid_request'],
])
const passing = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])
const alreadyRevoked = new Set(['token_revoked', 'account_inactive'])

function failure(response: WireResponse, error: string, endpoint: string): WireResponse {
  // RFC 7009 §2.2: what is dead already counts as revoked.
  if (endpoint === 'revocation' && alreadyRevoked.has(error)) return withJson(response, {}, 200)
  if (error === 'ratelimited') return withError(response, 'temporarily_unavailable', 429)
  if (passing.has(error)) return withError(response, 'temporarily_unavailable', 503)
  if (endpoint === 'userinfo') return withError(response, 'invalid_token', 401)
  return withError(response, standardErrors.get(error) ?? error)
}

function token(json: Json): Json {
  const user = isObject(json.authed_user) ? json.authed_user : {}
  const own = typeof user.access_token === 'string' ? userTokenOnly(json, user) : json
  const scope = typeof own.scope === 'string' ? { scope: own.scope.split(',').join(' ') } : {}
  return typeof own.access_token === 'string' ? { ...own, ...scope, token_type: 'bearer' } : own
}

/** The user's token in place of the bot's: nothing of the bot's may mix with it. */
function userTokenOnly(json: Json, user: Json): Json {
  const { access_token, refresh_token, expires_in, scope, authed_user, ...rest } = json
  return { ...rest, ...user }
}

function userinfo(json: Json): Json {
  return {
    ...json,
    sub: `${String(json.team_id)}.${String(json.user_id)}`,
    name: `${String(json.user)} (${String(json.team)})`,
  }
}
