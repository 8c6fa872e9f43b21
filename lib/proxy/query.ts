/**
 * The query that goes on: all parameters as they were sent, but for those that carry a token of the
 * client's own (the provider might believe that one) or another method than the one that was allowed.
 * @param query with its `?`, or empty
 */
export function forwardedQuery(query: string): string {
  const parameters = query.replace(/^\?/, '').split('&').filter(isForwarded)
  // Old servers separate at `;` too, and not all take `+` for a space: encoded, both mean one thing.
  return parameters
    .map((parameter) => parameter.replaceAll(';', '%3B').replaceAll('+', '%20'))
    .join('&')
}

function isForwarded(parameter: string): boolean {
  return !parameter.split(';').some((part) => dropped.has(nameOf(part)))
}

/** RFC 6750 §2.3, what came before it, and the custom of tunnelling methods through POST. */
const dropped = new Set([
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
