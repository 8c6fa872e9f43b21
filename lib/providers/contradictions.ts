import { quirks } from './quirks.ts'

export type Contradiction = { path: (string | number)[]; message: string }

/** What no single field of an entry shows: each contradiction, and what would be right. */
export function* contradictions(entry: Entry): Generator<Contradiction> {
  // Their client would be the login's own, by the name of its variables.
  if (entry.id === 'auth0' || entry.id === 'oidc')
    yield at('id', `"${entry.id}" is taken by the login settings; choose another`)
  yield* endpoints(entry)
  yield* issuer(entry)
  yield* scopes(entry)
  yield* parameters(entry)
  if (entry.pkce === 'none' && entry.token_endpoint_auth_method === 'none')
    yield at('pkce', 'is none for a client without a secret: such a client needs S256')
  if (entry.assertion !== undefined && entry.token_endpoint_auth_method !== 'private_key_jwt')
    yield at('assertion', 'is sent with token_endpoint_auth_method private_key_jwt alone')
  for (const quirk of [entry.quirk ?? []].flat())
    if (!Object.hasOwn(quirks, quirk))
      yield at('quirk', `"${quirk}" does not exist; there are ${Object.keys(quirks).join(', ')}`)
  for (const type of entry.token_types ?? [])
    if (/^(dpop|mac|pop|n_a)$/i.test(type))
      yield at(
        'token_types',
        `"${type}" is a token that cannot be used as a Bearer token; leave it out`,
      )
}

type Entry = {
  id: string
  issuer?: string | undefined
  iss_parameter_supported: boolean
  discovery?: string | undefined
  authorization_endpoint?: string | undefined
  token_endpoint?: string | undefined
  pushed_authorization_request_endpoint?: string | undefined
  require_pushed_authorization_requests: boolean
  token_endpoint_auth_method: string
  assertion?: { aud?: string | undefined } | undefined
  pkce: string
  scope: string[]
  optional_scope: string[]
  required_scope: string[]
  scope_separator: string
  scope_descriptions: Record<string, unknown>
  authorization_params: Record<string, string>
  token_params: Record<string, string>
  refresh_params: Record<string, string>
  quirk?: string | string[] | undefined
  token_types?: string[] | undefined
}

const at = (path: string, message: string): Contradiction => ({ path: [path], message })

function* endpoints(entry: Entry): Generator<Contradiction> {
  if (entry.discovery === undefined)
    for (const field of ['authorization_endpoint', 'token_endpoint'] as const)
      if (entry[field] === undefined)
        yield at(field, 'is missing; give its URL, or "discovery": "https://issuer"')
  if (
    entry.require_pushed_authorization_requests &&
    entry.discovery === undefined &&
    entry.pushed_authorization_request_endpoint === undefined
  )
    yield at('pushed_authorization_request_endpoint', 'is missing, but pushing is required')
}

function* issuer(entry: Entry): Generator<Contradiction> {
  if (
    entry.discovery !== undefined &&
    entry.issuer !== undefined &&
    entry.issuer !== entry.discovery
  )
    yield at('issuer', 'differs from discovery; leave it out, or make both equal')
  if (entry.issuer !== undefined || entry.discovery !== undefined) return
  const missing = (reason: string) => at('issuer', `is missing, but ${reason}`)
  if (entry.iss_parameter_supported)
    yield missing('iss_parameter_supported is true: nothing to compare with')
  if (
    entry.token_endpoint_auth_method === 'private_key_jwt' &&
    entry.assertion?.aud !== 'token_endpoint'
  )
    yield missing('private_key_jwt needs it as the audience')
  if (entry.scope.includes('openid') || entry.optional_scope.includes('openid'))
    yield missing(
      'with the scope openid an ID token must be checked; name the issuer, or leave openid out',
    )
}

function* scopes(entry: Entry): Generator<Contradiction> {
  const declared = new Set([...entry.scope, ...entry.optional_scope])
  for (const [index, scope] of entry.required_scope.entries())
    if (!declared.has(scope))
      yield {
        path: ['required_scope', index],
        message: `"${scope}" is never asked for; add it to scope or optional_scope`,
      }
  for (const scope of Object.keys(entry.scope_descriptions))
    if (!declared.has(scope))
      yield at(
        'scope_descriptions',
        `describes "${scope}", which is neither in scope nor in optional_scope`,
      )
  for (const scope of declared)
    if (entry.scope_separator !== ' ' && scope.includes(entry.scope_separator))
      yield at('scope', `"${scope}" contains the scope_separator; write it as several`)
}

/** Each is set by the protocol itself: a constant would undo state, PKCE or the redirect URI. */
const reserved = new Set(
  'client_id client_secret client_assertion client_assertion_type redirect_uri state code code_challenge code_challenge_method code_verifier response_type nonce grant_type refresh_token request request_uri scope'.split(
    ' ',
  ),
)

function* parameters(entry: Entry): Generator<Contradiction> {
  for (const field of ['authorization_params', 'token_params', 'refresh_params'] as const)
    for (const name of Object.keys(entry[field]))
      if (reserved.has(name) && !(field === 'refresh_params' && name === 'scope'))
        yield {
          path: [field, name],
          message: 'is a parameter that the protocol sets itself; leave it out',
        }
  yield* responseModes(entry)
  for (const field of ['authorization_endpoint', 'token_endpoint'] as const)
    for (const name of queryNames(entry[field]))
      if (reserved.has(name))
        yield at(
          field,
          `carries "${name}" in its query, which the protocol sets itself; leave it out`,
        )
}

/** The callback takes GET alone, and never reads a fragment. */
function* responseModes(entry: Entry): Generator<Contradiction> {
  const { authorization_endpoint: url } = entry
  const inQuery = url !== undefined && URL.canParse(url) ? new URL(url).searchParams : undefined
  const wrong = (mode: string) =>
    `asks for the response mode "${mode}"; the callback takes query alone, so leave it out`
  const mode = entry.authorization_params.response_mode
  if (mode !== undefined && mode !== 'query')
    yield { path: ['authorization_params', 'response_mode'], message: wrong(mode) }
  for (const one of inQuery?.getAll('response_mode') ?? [])
    if (one !== 'query') yield at('authorization_endpoint', wrong(one))
}

function queryNames(url: string | undefined): Iterable<string> {
  return url !== undefined && URL.canParse(url) ? new URL(url).searchParams.keys() : []
}
