import { z } from 'zod'
import { apiContradictions } from './api-contradictions.ts'
import { apiFields } from './api-fields.ts'
import { contradictions } from './contradictions.ts'
import { quirks } from './quirks.ts'

/** An id as it stands in a path, an environment variable and a row: looked up exactly (MX-16). */
export const providerId = /^[a-z0-9-]{1,40}$/

const url = z.string().max(512)
const parameters = z.record(z.string(), z.string()).default({})
// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is not one scope: no spaces, quotes or backslashes')
const quirkIds = Object.keys(quirks)
  .map((id) => `\`${id}\``)
  .join(', ')
const scopeList = z.array(scopeToken)
// A dotted path. Claims named by a URL cannot be reached with one, and need a quirk.
const path = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'must be a dotted path such as owner.user.id')

const refreshError = z
  .strictObject({
    status: z
      .number()
      .int()
      .refine(
        (status) => status === 200 || (status >= 400 && status <= 599),
        'must be 200, or 400 to 599',
      ),
    path: path.optional(),
    equals: z.string().min(1).max(512).optional(),
    means: z.enum(['dead', 'misconfigured', 'transient']),
  })
  .superRefine(({ status, path: where, equals, means }, context) => {
    const wrong = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (equals !== undefined && where === undefined)
      wrong('path', 'is missing; say where it stands')
    if (status === 200 && equals === undefined)
      wrong('equals', 'is missing; a success is an error only by what it says')
    if (means !== 'dead') return
    // An outage never ends a grant, whatever its words.
    if (![200, 400, 401, 403, 404].includes(status))
      wrong('status', 'must be 400, 401, 403, 404 or 200 for what is dead')
    if (where === undefined) wrong('path', 'is missing; "dead" needs path and equals')
    if (equals === undefined) wrong('equals', 'is missing; "dead" needs path and equals')
  })

/** Asymmetric alone: with HS256 the client secret would be the key (RFC 7518 §3). */
const assertionAlgorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
] as const

/** Every field of an entry, in the order of `docs/providers.md`, which prints the descriptions. */
export const fields = {
  id: z
    .string()
    .regex(providerId, 'must be 1 to 40 of a-z, 0-9 and -')
    .describe('Names the provider in URLs, rows and environment variables: `[a-z0-9-]{1,40}`.'),
  name: z.string().min(1).max(60).describe("The brand's name, as its users know it."),
  summary: z.string().max(140).optional().describe('One short sentence: what a user gains.'),
  issuer: url
    .optional()
    .describe(
      'What `iss` (RFC 9207) and ID tokens must equal, byte for byte. With `discovery`: the same.',
    ),
  iss_parameter_supported: z
    .boolean()
    .default(false)
    .describe('`true`: an authorization response without `iss` is refused.'),
  discovery: url
    .optional()
    .describe(
      'The issuer whose metadata (RFC 8414 or OpenID) gives the endpoints, in their place.',
    ),
  authorization_endpoint: url.optional().describe('URL; needed unless `discovery` is given.'),
  token_endpoint: url.optional().describe('URL; needed unless `discovery` is given.'),
  revocation_endpoint: url.optional().describe('URL (RFC 7009, or what the quirk makes of it).'),
  userinfo_endpoint: url.optional().describe('URL that says whose grant it is.'),
  refresh_endpoint: url
    .optional()
    .describe('URL for refreshing, where it is not `token_endpoint`.'),
  pushed_authorization_request_endpoint: url.optional().describe('URL (RFC 9126).'),
  require_pushed_authorization_requests: z
    .boolean()
    .default(false)
    .describe('`true`: authorization requests are pushed, never sent in the clear (RFC 9126).'),
  token_endpoint_auth_method: z
    .enum([
      'client_secret_post',
      'client_secret_basic',
      'client_secret_basic_raw',
      'private_key_jwt',
      'none',
    ])
    .default('client_secret_post')
    .describe(
      'How the client authenticates. `client_secret_basic_raw` leaves out the form encoding of RFC 6749 §2.3.1. For `private_key_jwt` the key (PKCS8 PEM or JWK) is in `{ID}_CLIENT_SECRET`.',
    ),
  assertion: z
    .strictObject({
      iss: z.string().min(1).max(512).optional(),
      aud: z.enum(['issuer', 'token_endpoint']).optional(),
      alg: z.enum(assertionAlgorithms).optional(),
      life_s: z.number().int().min(1).max(600).optional(),
    })
    .optional()
    .describe(
      'For `private_key_jwt`, what the assertion says: `{ "aud": "token_endpoint" }` where the server takes only its token endpoint as audience (RFC 7523 §3) and not its issuer (the default, `"issuer"`); `alg` (the default is ES256 for a P-256 key and RS256 for RSA; also RS384, RS512, PS256, PS384, PS512, ES384, ES512, EdDSA); `life_s`, 1 to 600 (the default is 60); `iss` where it is not the client id. `jti` is new in each.',
    ),
  pkce: z
    .enum(['S256', 'none'])
    .default('S256')
    .describe('`none` only where the provider refuses PKCE.'),
  scope: scopeList.describe('Asked for by default.'),
  optional_scope: scopeList.default([]).describe('May be asked for besides.'),
  required_scope: scopeList
    .default([])
    .describe('Below this a grant is refused (`insufficient_scope`).'),
  scope_separator: z.string().min(1).max(3).default(' ').describe('Between scopes in a request.'),
  scope_descriptions: z
    .record(
      z.string(),
      z.strictObject({ title: z.string().min(1), access: z.enum(['read', 'write']) }),
    )
    .default({})
    .describe('Scope → `{ "title": "See your profile", "access": "read" }`, for the pages.'),
  authorization_params: parameters.describe('Constant extra parameters, string to string.'),
  token_params: parameters.describe('The same, for the code exchange.'),
  refresh_params: parameters.describe('The same, for refreshing; here `scope` is allowed.'),
  refresh_errors: z
    .array(refreshError)
    .max(50)
    .default([])
    .describe(
      'What answers to a refresh mean, where the provider has words of its own: `[{ "status": 400, "path": "message", "equals": "…", "means": "dead" | "misconfigured" | "transient" }]`. Looked at before the standard reading, on the answer as it was sent, the first that fits. `dead` asks the user to reconnect: it needs `path`, `equals` and a status of 400, 401, 403 or 404 (or 200).',
    ),
  rotation: z
    .enum(['unknown', 'none', 'sometimes', 'single_use', 'grace'])
    .default('unknown')
    .describe('What refreshing does to the refresh token.'),
  access_token_life_s: z
    .number()
    .int()
    .min(1)
    .max(1e9)
    .optional()
    .describe(
      'How long an access token lives, in seconds, where the answer does not tell, or tells what cannot be.',
    ),
  expires_unit: z
    .enum(['s', 'ms', 'epoch_s'])
    .optional()
    .describe(
      'What `expires_in` counts here, if not seconds (`s`): milliseconds (`ms`), or the seconds since 1970 at which the token ends (`epoch_s`).',
    ),
  token_types: z
    .array(z.string().max(60))
    .optional()
    .describe(
      'What else `token_type` may say for a Bearer token, in any case: `["User Access Token"]`. `""`: nothing at all. Any other type is refused (RFC 6749 §7.1).',
    ),
  refresh_token_idle_s: z
    .number()
    .int()
    .min(1)
    .max(1e9)
    .optional()
    .describe(
      'After so many seconds an unused refresh token dies: it is refreshed in time, asked for or not.',
    ),
  revokes: z
    .enum(['token', 'grant'])
    .default('token')
    .describe(
      'What revoking a token ends. `grant`: all access of the account, so it is not done while another grant shares the account.',
    ),
  revocation_token: z
    .enum(['refresh_token', 'access_token'])
    .default('refresh_token')
    .describe(
      'The token that revocation takes. `access_token`: only a living one will do, so an expired one is refreshed first.',
    ),
  account: z
    .strictObject({ id: path, label: path })
    .nullable()
    .describe(
      '`{ "id": "sub", "label": "name" }`: dotted paths, looked up in ID token, userinfo and token response; in a list `0.id` is its first. `null`: the provider tells no identity, so one grant a user.',
    ),
  api: z
    .array(url)
    .default([])
    .describe('URL prefixes that the proxy may call; paths are resolved against the first.'),
  api_methods: z
    .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
    .min(1)
    .default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
    .describe('What the proxy may do there.'),
  ...apiFields,
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, "must be a host or a directory's name, no URL")
    .optional()
    .describe("The customer's host or directory: stands for `{tenant}` in the entry's URLs."),
  quirk: z
    .union([z.string(), z.array(z.string())], {
      error: 'must be the id of a quirk, or a list of such ids',
    })
    .optional()
    .describe(
      `The id of a quirk of the wire, or a list of ids, applied in order: ${quirkIds}. What each is for stands in \`lib/providers/quirks/\`.`,
    ),
  docs: url.describe("The provider's page for registering a client."),
  manage: url.describe("The provider's page where a user removes access."),
  unverified: z
    .array(z.string())
    .default([])
    .describe('Fields or facts that nobody has checked against the living provider.'),
}

/**
 * One provider. What it accepts is `ProviderEntry`; what it gives is `Provider`, defaults filled.
 * Which addresses are allowed depends on the environment: see `load.ts`.
 */
export const providerSchema = z
  .strictObject(fields)
  .superRefine((provider, context) => {
    for (const { path, message } of [...contradictions(provider), ...apiContradictions(provider)])
      context.addIssue({ code: 'custom', path, message })
  })
  .transform((provider) => ({ ...provider, issuer: provider.issuer ?? provider.discovery }))

/** A provider with its defaults filled. */
export type Provider = z.output<typeof providerSchema>

/** A provider as the catalogue and `PROVIDERS_FILE` write it. */
export type ProviderEntry = z.input<typeof providerSchema>
