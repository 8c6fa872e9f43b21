import { GrantkeeperError } from '#lib/errors'

/**
 * The query that goes on: all parameters as they were sent. One that carries a token of the client's own (the
 * provider might believe that one), or another method than the one that was allowed, is refused by its name.
 * @param query with its `?`, or empty
 * @param allowed names that carry no credential at this API (`api_query`)
 * @throws {GrantkeeperError} `invalid_request` with the names
 */
export function forwardedQuery(query: string, allowed: readonly string[] = []): string {
  const parameters = query.replace(/^\?/, '').split('&')
  const names = parameters.flatMap((parameter) => parameter.split(';').map(nameOf))
  const wrong = [...new Set(names)].filter((name) => refused.has(name) && !allowed.includes(name))
  if (wrong.length > 0) throw notPassed(wrong)
  // Old servers separate at `;` too, and not all take `+` for a space: encoded, both mean one thing.
  return parameters
    .map((parameter) => parameter.replaceAll(';', '%3B').replaceAll('+', '%20'))
    .join('&')
}

function notPassed(names: string[]): GrantkeeperError {
  const errors = names.map((name) => ({
    path: `query.${name}`,
    message: 'is a parameter that is not passed on: it could replace the token or the method',
  }))
  return new GrantkeeperError('invalid_request', { detail: { errors } })
}

/** RFC 6750 §2.3, what came before it, and the custom of tunnelling methods through POST. */
const refused = new Set([
  'access_token',
  'api_key',
  'apikey',
  'auth_token',
  'authorization',
  'bearer_token',
  'client_secret',
  'id_token',
  'oauth_token',
  'refresh_token',
  'token',
  '_method',
  'x_http_method',
  'x_http_method_override',
  'x_method_override',
])

/** In the one spelling of the list: servers differ on case, hyphens, spaces and array brackets. */
function nameOf(parameter: string): string {
  const [name = ''] = new URLSearchParams(parameter).keys()
  return name.trim().toLowerCase().replaceAll(/[-. ]/g, '_').replace(/\[.*$/s, '')
}
