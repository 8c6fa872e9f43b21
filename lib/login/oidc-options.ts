import { randomUUID } from 'node:crypto'
import type { AuthOptions, Profile, TokenSet } from 'next-auth'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { env } from '#lib/env'
import { logEvent } from '#lib/telemetry'
import { signatures } from './access-token.ts'
import { registration } from './issuer.ts'
import { type IssuerMetadata, issuerKeys } from './issuer-keys.ts'
import { sessionLife, sessionName, text } from './session-cookie.ts'

/**
 * How next-auth is to log users in at the issuer, for the deployment's origin `base`.
 * @throws {GrantkeeperError} `temporarily_unavailable` while the issuer does not tell its metadata
 */
export async function oidcOptions(
  base: string,
  onFailure: (error: unknown) => void,
): Promise<AuthOptions> {
  const { metadata } = await issuerKeys()
  return {
    ...sessionOptions(base, onFailure),
    providers: [provider(metadata)],
    callbacks: {
      // A sealed session holds who the user is, and no token of the issuer.
      jwt: ({ token, profile }) => (profile ? sessionOf(profile) : token),
      redirect: ({ url }) => (url.startsWith(`${base}/`) ? url : `${base}/integrations`),
    },
  }
}

/** As much as is needed to read and to end a session, for which nobody is asked anything. */
export function sessionOptions(
  base: string,
  onFailure: (error: unknown) => void = () => {},
): AuthOptions {
  const isSecure = base.startsWith('https:')
  return {
    providers: [],
    secret: env().NEXTAUTH_SECRET,
    session: { strategy: 'jwt', maxAge: sessionLife.idleS },
    jwt: { maxAge: sessionLife.idleS },
    logger: {
      // What it says quotes the issuer's words, or worse: its code is enough.
      error: (code, metadata) => {
        onFailure('error' in metadata ? metadata.error : metadata)
        logEvent('warn', 'login_step_failed', { outcome: code })
      },
      warn: () => {},
      debug: () => {},
    },
    useSecureCookies: isSecure,
    cookies: Object.fromEntries(
      Object.entries(cookieNames(isSecure)).map(([use, name]) => [
        use,
        { name, options: { ...attributes(isSecure), ...(use === 'sessionToken' ? {} : brief) } },
      ]),
    ),
  }
}

/** What next-auth calls its cookies, and what we do. */
export function cookieNames(isSecure: boolean) {
  const prefix = isSecure ? '__Host-login_' : '__login_'
  return {
    sessionToken: sessionName(isSecure),
    callbackUrl: `${prefix}return`,
    csrfToken: `${prefix}csrf`,
    pkceCodeVerifier: `${prefix}pkce`,
    state: `${prefix}state`,
    nonce: `${prefix}nonce`,
  }
}

const brief = { maxAge: 15 * 60 }

function attributes(secure: boolean) {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure }
}

function provider(metadata: IssuerMetadata): OAuthConfig<Profile> {
  const { client } = registration()
  return {
    ...{ id: 'oidc', name: 'OpenID Connect', type: 'oauth', idToken: true },
    checks: ['pkce', 'state', 'nonce'],
    issuer: metadata.issuer,
    jwks_endpoint: metadata.jwks_uri,
    authorization: {
      url: metadata.authorization_endpoint ?? '',
      params: { scope: env().LOGIN_SCOPE },
    },
    token: { url: metadata.token_endpoint ?? '' },
    userinfo: { url: metadata.userinfo_endpoint ?? '', request: claimsOf },
    clientId: client.id,
    clientSecret: client.secret,
    client: {
      token_endpoint_auth_method: env().OIDC_CLIENT_AUTH ?? authMethod(metadata),
      id_token_signed_response_alg: signature(metadata.id_token_signing_alg_values_supported),
    },
    httpOptions: { timeout: 5_000 },
    profile: ({ sub = '', name, email }) => ({ id: sub, name, email }),
  }
}

/** What the issuer takes tells nothing of what it takes of this client: see OIDC_CLIENT_AUTH. */
function authMethod({ token_endpoint_auth_methods_supported: known }: IssuerMetadata) {
  return known.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post'
}

function signature(known: readonly string[]): string {
  return signatures.find((name) => known.includes(name)) ?? 'RS256'
}

type Userinfo = NonNullable<
  Exclude<OAuthConfig<Profile>['userinfo'], string | undefined>['request']
>

/**
 * What the ID token says, and what userinfo says besides: by OpenID Connect Core §5.4 name and e-mail may
 * stand there alone. Without an answer of that the login goes on, since who the user is, is known.
 */
const claimsOf: Userinfo = async ({ tokens, client }) => {
  const claims = (tokens as TokenSet & { claims: () => Profile }).claims()
  if ((claims.name && claims.email) || !client.issuer.metadata.userinfo_endpoint) return claims
  const userinfo = await client.userinfo(tokens as never).catch((cause: unknown) => {
    logEvent('warn', 'userinfo_unavailable', { cause })
    return {}
  })
  return { ...userinfo, ...claims }
}

/** A claim that is longer than people's names are would make a cookie that no server takes. */
function sessionOf(profile: Profile & { org_id?: unknown; sid?: unknown; iat?: unknown }) {
  const { sub, org_id, sid, name, email, iat } = profile
  return {
    // Another issuer's users are others, though their subjects may read alike.
    ...{ issuer: registration().issuer, sub: text(sub), org: text(org_id), sid: text(sid) },
    ...{ name: text(name).slice(0, 200), email: text(email).slice(0, 320) },
    id: `session:${randomUUID()}`,
    since: typeof iat === 'number' ? Math.floor(iat * 1000) : Date.now(),
  }
}
