import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { ClientAuthMethod, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { apiScope, type Jwt, loginApi } from './login-api.ts'
import type { Machine } from './login-machines.ts'
import { loginProblemPage } from './login-page.ts'
import { loginUsers } from './login-users.ts'
import { memoryAdapter } from './memory-adapter.ts'

type Credentials = { id: string; secret: string }

/** oidc-provider, set up to answer as an Auth0 tenant does. */
export function loginConfiguration(options: LoginRegistration): Configuration {
  // The organization of a login, by its grant: codes and tokens know nothing else of the request.
  const organizations = new Map<string, string>()
  const organizationOf = (token: unknown) => organizations.get(grantOf(token) ?? '')
  const api = loginApi({ ...options, organizationOf })
  return {
    adapter: memoryAdapter(),
    clients: [webClient(options), spaClient(options), ...options.machines.map(machineClient)],
    clientBasedCORS: (_, origin) => options.spaUrls.includes(origin),
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      names: { session: 'ngt_session', interaction: 'ngt_login', resume: 'ngt_resume' },
    },
    jwks: { keys: [options.key] } as Configuration['jwks'],
    routes: auth0Routes,
    // The app to be told of a logout is on this machine, which the library would not ask.
    fetch: (url, init) => fetch(url, { ...init, dispatcher: undefined } as RequestInit),
    interactions: { url: (_, interaction) => `/u/login/${interaction.uid}` },
    extraParams: ['audience', 'organization', 'connection', 'screen_hint'],
    rotateRefreshToken: true,
    // oidc-provider drops offline_access where no consent is asked for; the app always wants it.
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    loadExistingGrant: async (context) => firstPartyGrant(context, organizations),
    findAccount: async (_, sub, token) => account(sub, organizationOf(token)),
    extraTokenClaims: api.extraTokenClaims,
    ...identity,
    conformIdTokenClaims: options.isPlainOpenId,
    ttl,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: async () => true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: api.resourceIndicators,
    },
    formats: { customizers: { jwt: (_, token, jwt) => api.customize(token, jwt as Jwt) } },
    renderError(context, { error, error_description }) {
      context.type = 'html'
      context.body = loginProblemPage(`${error_description ?? error}.`).markup
    },
  }
}

export type LoginRegistration = {
  appUrls: readonly string[]
  /** The origins of SPAs: they may also ask the token endpoint from a browser. */
  spaUrls: readonly string[]
  audiences: readonly string[]
  client: Credentials
  spaClientId: string
  machines: readonly Machine[]
  /** A private key; its public part is published. */
  key: JWK
  /** Not as Auth0 is: `client_secret_basic`, and name and e-mail in userinfo alone. */
  isPlainOpenId: boolean
}

/** Who a user is, and what the tokens say of it: Auth0 puts name and e-mail into the ID token. */
const identity = {
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  claims: {
    openid: ['sub', 'org_id'],
    profile: ['name', 'nickname'],
    email: ['email', 'email_verified'],
  },
}

const auth0Routes = {
  authorization: '/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  pushed_authorization_request: '/oauth/par',
  jwks: '/.well-known/jwks.json',
  userinfo: '/userinfo',
  end_session: '/oidc/logout',
}

const hour = 60 * 60

const ttl = {
  AccessToken: 24 * hour,
  AuthorizationCode: 60,
  ClientCredentials: 24 * hour,
  Grant: 14 * 24 * hour,
  IdToken: 10 * hour,
  Interaction: hour,
  RefreshToken: 14 * 24 * hour,
  Session: 3 * 24 * hour,
}

function webClient({ client, appUrls, isPlainOpenId }: LoginRegistration) {
  const method = isPlainOpenId ? 'client_secret_basic' : 'client_secret_post'
  const [first = ''] = appUrls
  return {
    client_id: client.id,
    client_secret: client.secret,
    client_name: 'Grantkeeper',
    token_endpoint_auth_method: method as ClientAuthMethod,
    backchannel_logout_uri: `${first}/api/auth/backchannel-logout`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code', 'refresh_token'],
    // The callbacks of @auth0/nextjs-auth0 and of next-auth.
    redirect_uris: appUrls.flatMap((url) => [
      `${url}/auth/callback`,
      `${url}/api/auth/callback/oidc`,
    ]),
    post_logout_redirect_uris: appUrls.flatMap((url) => [url, `${url}/`]),
  }
}

function spaClient({ spaClientId, spaUrls }: { spaClientId: string; spaUrls: readonly string[] }) {
  return {
    client_id: spaClientId,
    client_name: 'Single-page apps',
    token_endpoint_auth_method: 'none' as const,
    grant_types: ['authorization_code', 'refresh_token'],
    // oidc-provider wants one at least.
    redirect_uris: spaUrls.length > 0 ? [...spaUrls] : ['https://no-spa.invalid/'],
    post_logout_redirect_uris: [...spaUrls],
  }
}

function machineClient({ id, secret }: Credentials) {
  return {
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_post' as const,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }
}

/** A first-party app has the user's consent: every login gets a grant of its own, unasked. */
async function firstPartyGrant(context: KoaContextWithOIDC, organizations: Map<string, string>) {
  const { provider, client, session, params } = context.oidc
  if (!session?.accountId) return undefined
  const grant = new provider.Grant({ clientId: client?.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid profile email offline_access')
  if (params?.audience)
    grant.addResourceScope(String(params.audience), apiScope(String(params.scope)))
  const id = await grant.save()
  if (typeof params?.organization === 'string') organizations.set(id, params.organization)
  return grant
}

function account(sub: string, org_id: string | undefined) {
  const user = loginUsers.find((one) => one.sub === sub)
  if (!user) return undefined
  const { name, login, email } = user
  return {
    accountId: sub,
    claims: async () => ({ sub, name, nickname: login, email, email_verified: true, org_id }),
  }
}

function grantOf(token: unknown): string | undefined {
  return (token as { grantId?: string } | undefined)?.grantId
}
