import { createHash } from 'node:crypto'
import { type Visitor, visitor } from './browser-client.ts'
import type { LoginIssuer } from './stand-in/login.ts'

export type UserTokenOptions = {
  /** The API's, besides those of a login; separated by spaces. */
  scope?: string
  /** The app's own API, unless another is named; '' for none, which gives an opaque token. */
  audience?: string
  org?: string
}

export type UserTokens = { access_token: string; id_token: string; refresh_token: string }

/** A user's access token for the API, as a SPA or the app's backend gets it at a login. */
export async function userToken(
  login: LoginIssuer,
  user: string,
  options: UserTokenOptions = {},
): Promise<string> {
  return (await userTokens(login, user, options)).access_token
}

/** All that a login by the code flow gives, in a browser of its own. */
export async function userTokens(
  login: LoginIssuer,
  user: string,
  { scope = '', audience = login.audience, org }: UserTokenOptions = {},
): Promise<UserTokens> {
  const one = visitor({ name: user, appUrl: login.url })
  const code = await userCode(login, one, {
    user,
    scope: `openid profile email offline_access ${scope}`.trim(),
    ...(audience ? { audience } : {}),
    ...(org ? { organization: org } : {}),
  })
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: login.client.id,
    client_secret: login.client.secret,
    code,
    redirect_uri: redirectUri(login),
    code_verifier: verifier,
  })
  const response = await fetch(`${login.url}/oauth/token`, { method: 'POST', body })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${answer.error}: ${answer.error_description}`)
  return answer
}

/** Logs in at the issuer and returns the authorization code, which the app then never sees. */
export async function userCode(
  login: LoginIssuer,
  one: Visitor,
  { user, ...asked }: { user: string; scope: string } & Record<string, string>,
): Promise<string> {
  const query = new URLSearchParams({
    client_id: login.client.id,
    redirect_uri: redirectUri(login),
    response_type: 'code',
    nonce: 'n1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...asked,
  })
  const page = await one.follow(`${login.url}/authorize?${query}`)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const call = { method: 'POST', headers, body: `user=${user}` }
  const isBack = ({ location }: { location: URL | undefined }) =>
    location?.href.startsWith(redirectUri(login)) === true
  const { location } = await one.follow(page.url, call, isBack)
  const code = location?.searchParams.get('code')
  if (!code) throw new Error(`The login of ${user} ended at ${location ?? page.url}`)
  return code
}

const verifier = 'v'.repeat(43)

function redirectUri({ appUrls }: LoginIssuer): string {
  return `${appUrls[0]}/auth/callback`
}
