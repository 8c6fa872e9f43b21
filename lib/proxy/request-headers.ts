/**
 * The headers that go on to a provider's API: what the list has, and ours. Cookies, credentials,
 * hop-by-hop and forwarding headers, `Content-Length` and method overrides are not on it.
 */
export function requestHeaders(given: Headers, accessToken: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of forwarded) {
    const value = given.get(name)
    if (value !== null) headers[name] = value
  }
  return {
    ...headers,
    authorization: `Bearer ${accessToken}`,
    'user-agent': 'Grantkeeper',
    // What comes back is searched for the token, which takes plain bytes.
    'accept-encoding': 'identity',
  }
}

/** Content negotiation, conditions and ranges (RFC 9110), and what several catalogued APIs ask for. */
export const forwarded = [
  'accept',
  'accept-language',
  'content-disposition',
  'content-language',
  'content-range',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'prefer',
  // https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
  'idempotency-key',
  // https://developers.notion.com/reference/versioning
  'notion-version',
  // https://www.dropbox.com/developers/documentation/http/documentation#formats
  'dropbox-api-arg',
  // https://docs.github.com/en/rest/about-the-rest-api/api-versions
  'x-github-api-version',
] as const
