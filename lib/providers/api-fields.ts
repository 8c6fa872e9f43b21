import { z } from 'zod'

/** RFC 9110 §5.1: a token. */
const headerName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9!#$&'*+.^_`|~-]+$/, 'is not the name of a header')

const headerValue = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be visible ASCII, as in "2026-09-01"')

/** Whole segments or the end alone, so that a pattern is compared in one pass. */
const pathPattern = "(?:/(?:\\*(?=/|$)|[A-Za-z0-9._~!$&'()+,=:@-]+))*(?:/|/?\\*)?"

const exceptedPath = z
  .string()
  .max(256)
  .regex(new RegExp(`^(?=/)${pathPattern}$`), 'must be a path such as "/oauth/*"')

const readLine = z
  .string()
  .max(256)
  .regex(
    new RegExp(`^(?:GET|POST|PUT|PATCH|DELETE) (?=/)${pathPattern}$`),
    'must be a line such as "GET /items/*"',
  )

const inQuery = ['token', 'api_key', 'apikey', 'auth_token', 'id_token'] as const

/** What an entry says of calls that go through the proxy: data for `lib/proxy`. */
export const apiFields = {
  api_headers: z
    .record(headerName, headerValue)
    .optional()
    .describe(
      'Constant headers that each call of the proxy bears, over the caller’s own: `{ "Client-Id": "{client_id}" }`. `{client_id}` stands for the id of our client.',
    ),
  api_auth: z
    .strictObject({
      header: headerName.default('Authorization'),
      scheme: z
        .string()
        .max(40)
        .regex(/^[A-Za-z0-9._~+-]*$/, 'must be one word such as "Bearer", or empty')
        .default('Bearer'),
    })
    .optional()
    .describe(
      'How the API takes the access token, where that is not `Authorization: Bearer`: `{ "header": "X-Shopify-Access-Token", "scheme": "" }`.',
    ),
  api_forward: z
    .array(headerName)
    .optional()
    .describe(
      'Request headers that the proxy passes on besides the usual (`calling-apis.md`): `["X-Tenant-Id"]`.',
    ),
  api_query: z
    .array(z.enum(inQuery))
    .optional()
    .describe(
      'Query parameters that are no credentials at this API, although they are called so: `["token"]` for delta queries of Microsoft Graph.',
    ),
  api_except: z
    .array(exceptedPath)
    .optional()
    .describe(
      'Paths below `api` that give out or end credentials: the proxy never calls them. A `*` stands for one segment, or at the end for all that follows: `["/oauth/*"]`. The entry’s own token, refresh, revocation and PAR endpoints need not be named.',
    ),
  api_ranges: z
    .boolean()
    .optional()
    .describe(
      '`false`: `Range` is refused, so that no token can be cut up by ranges. Else passed.',
    ),
  reads: z
    .union(
      [z.strictObject({ by: z.literal('method'), source: z.string().max(512) }), z.array(readLine)],
      {
        error:
          'must be { "by": "method", "source": "https://…" }, or a list such as ["GET /items/*", "POST /search"]',
      },
    )
    .optional()
    .describe(
      'Which calls read, so that `integrations:read` will do: `{ "by": "method", "source": URL }` says that GET and HEAD do, and where the provider says so; a list names each, `["GET /items/*", "POST /search"]`, and all else writes. Without it GET and HEAD read (RFC 9110 §9.2.1).',
    ),
}
