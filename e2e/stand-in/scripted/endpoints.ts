import type { JWK } from 'jose'
import type { Reply } from './answer.ts'
import { authorize, pushed } from './authorize.ts'
import { isClient } from './client.ts'
import type { ScriptedGrants } from './grants.ts'
import type { Account, ScriptedSettings } from './options.ts'
import type { Endpoint, Rule } from './rules.ts'
import { token } from './token.ts'

export type Visit = {
  url: URL
  form: URLSearchParams
  authorization: string | undefined
  rule: Partial<Rule>
}

export type Place = ScriptedSettings & {
  key: JWK
  grants: ScriptedGrants
  /** Who consents next. */
  account: () => Account
  /** Pushed authorization requests (RFC 9126) by request_uri. */
  pushed: Map<string, URLSearchParams>
}

/** The honest endpoints, by path. */
export const endpoints: Record<string, Endpoint> = {
  '/authorize': 'authorize',
  '/token': 'token',
  '/revoke': 'revoke',
  '/userinfo': 'userinfo',
  '/par': 'par',
  '/jwks': 'jwks',
  '/.well-known/openid-configuration': 'metadata',
  '/.well-known/oauth-authorization-server': 'metadata',
}

/** What an honest provider answers. */
export async function honestly(endpoint: Endpoint, place: Place, visit: Visit): Promise<Reply> {
  if (endpoint === 'authorize') return authorize(place, visit)
  if (endpoint === 'userinfo') return userinfo(place, visit)
  if (endpoint === 'metadata') return { status: 200, json: metadata(place) }
  if (endpoint === 'jwks') return { status: 200, json: { keys: [publicPart(place.key)] } }
  if (!isClient(place.client, visit))
    return {
      status: 401,
      headers: { 'www-authenticate': 'Basic' },
      json: { error: 'invalid_client' },
    }
  if (endpoint === 'par') return pushed(place, visit)
  if (endpoint === 'token') return token(place, visit)
  // RFC 7009 §2.2: an unknown token is no error.
  place.grants.revoke(visit.form.get('token') ?? '')
  return { status: 200 }
}

function userinfo({ grants }: Place, { authorization }: Visit): Reply {
  const [, bearer = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? []
  const family = grants.isLive(bearer) ? grants.familyOf(bearer) : undefined
  if (!family?.accessTokens.has(bearer)) return { status: 401, json: { error: 'invalid_token' } }
  return { status: 200, json: { ...family.consent.account } }
}

function metadata({ url, iss }: Place): Record<string, unknown> {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/revoke`,
    userinfo_endpoint: `${url}/userinfo`,
    pushed_authorization_request_endpoint: `${url}/par`,
    jwks_uri: `${url}/jwks`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    ...(iss ? { authorization_response_iss_parameter_supported: true } : {}),
  }
}

function publicPart({ kty, n, e, kid, alg, use }: JWK): JWK {
  return { kty, n, e, kid, alg, use }
}
