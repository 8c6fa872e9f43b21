import { randomBytes } from 'node:crypto'
import type { Configuration } from 'oidc-provider'
import { acmeAccounts } from './acme-accounts.ts'
import { acmeProblemPage } from './acme-pages.ts'
import { memoryAdapter } from './memory-adapter.ts'
import { signingKey } from './signing-key.ts'

/** oidc-provider, set up as a careful third party: PKCE, `iss`, rotation, revocation, PAR. */
export async function acmeConfiguration(options: {
  client: { id: string; secret: string }
  redirectUris: readonly string[]
  /** How long an access token lives that is given now, in seconds. */
  tokenLife: () => number
}): Promise<Configuration> {
  return {
    adapter: memoryAdapter(),
    clients: [
      {
        client_id: options.client.id,
        client_secret: options.client.secret,
        client_name: 'Grantkeeper',
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [...options.redirectUris],
      },
    ],
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      names: { session: 'acme_session', interaction: 'acme_consent', resume: 'acme_resume' },
    },
    jwks: { keys: [await signingKey()] } as Configuration['jwks'],
    routes,
    interactions: { url: (_, interaction) => `/consent/${interaction.uid}` },
    scopes: ['openid', 'profile', 'playlists.read', 'playlists.write'],
    claims: { openid: ['sub'], profile: ['name', 'email'] },
    pkce: { required: () => true },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    revokeGrantPolicy: () => true,
    findAccount: (_, sub) => account(sub),
    ttl: { ...ttl, AccessToken: options.tokenLife },
    features: {
      devInteractions: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: async (_, client, token) => token.clientId === client.clientId,
      },
      introspection: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
    },
    renderError(context, { error, error_description }) {
      context.type = 'html'
      context.body = acmeProblemPage(`${error_description ?? error}.`).markup
    },
  }
}

const routes = {
  authorization: '/authorize',
  token: '/token',
  revocation: '/revoke',
  pushed_authorization_request: '/par',
  jwks: '/jwks',
  userinfo: '/userinfo',
}

const hour = 60 * 60

const ttl = {
  AuthorizationCode: 60,
  Grant: 90 * 24 * hour,
  IdToken: hour,
  Interaction: hour,
  RefreshToken: 90 * 24 * hour,
  Session: hour,
}

function account(sub: string) {
  const found = acmeAccounts.find((one) => one.sub === sub)
  if (!found) return undefined
  const { name, email } = found
  return { accountId: sub, claims: async () => ({ sub, name, email }) }
}
