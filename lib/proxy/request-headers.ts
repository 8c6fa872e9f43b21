import { GrantkeeperError } from '#lib/errors'
import type { OfferedProvider } from '#lib/providers/provider'
import { isUnsent } from './unsent-headers.ts'

type ByEntry = Pick<
  OfferedProvider,
  'api_headers' | 'api_auth' | 'api_forward' | 'api_ranges' | 'client'
>

/**
 * The headers that go on to a provider's API: what the list and the entry have, and the entry's constant ones.
 * What anybody adds by itself is left out (`unsent-headers.ts`); every other header is refused, by its name.
 * @throws {GrantkeeperError} `invalid_request` with the names
 */
export function passedHeaders(given: Headers, entry: ByEntry): Record<string, string> {
  const passed: Record<string, string> = {}
  const refused: string[] = []
  const connection = given.get('connection')
  for (const [name, value] of given)
    if (isForwarded(name, entry)) passed[name] = value
    else if (!isUnsent(name, connection)) refused.push(name)
  if (refused.length > 0) throw notPassed(refused)
  for (const [name, value] of Object.entries(entry.api_headers ?? {}))
    passed[name.toLowerCase()] = value.replaceAll('{client_id}', entry.client.id)
  return passed
}

/** The same with the access token, as the entry says that the API takes it, and with what is ours. */
export function withToken(
  passed: Record<string, string>,
  { api_auth: auth }: Pick<ByEntry, 'api_auth'>,
  accessToken: string,
): Record<string, string> {
  const scheme = auth?.scheme ?? 'Bearer'
  return {
    'user-agent': 'Grantkeeper',
    ...passed,
    [(auth?.header ?? 'authorization').toLowerCase()]: scheme
      ? `${scheme} ${accessToken}`
      : accessToken,
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

const usual = new Set<string>(forwarded)

function isForwarded(name: string, entry: ByEntry): boolean {
  const { api_forward, api_headers, api_ranges, api_auth } = entry
  if (name === api_auth?.header.toLowerCase()) return false
  if (api_ranges === false && (name === 'range' || name === 'if-range')) return false
  const named = [...(api_forward ?? []), ...Object.keys(api_headers ?? {})]
  return usual.has(name) || named.some((one) => one.toLowerCase() === name)
}

/** Enough to see what is wrong. */
const maxNames = 10

function notPassed(names: string[]): GrantkeeperError {
  const message = 'is a header that is not passed on; the entry may name it in api_forward'
  const errors = names.slice(0, maxNames).map((name) => ({ path: `header.${name}`, message }))
  return new GrantkeeperError('invalid_request', { detail: { errors } })
}
