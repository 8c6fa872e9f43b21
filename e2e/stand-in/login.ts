import type { IncomingMessage, ServerResponse } from 'node:http'
import { importJWK, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import Provider from 'oidc-provider'
import { loginConfiguration } from './login-configuration.ts'
import { loginMachines, type Machine, type MachineName } from './login-machines.ts'
import { loginPage, loginProblemPage } from './login-page.ts'
import { loginUsers } from './login-users.ts'
import { sendPage } from './page.ts'
import { listen, readBody } from './server.ts'
import { signingKey } from './signing-key.ts'

export type LoginIssuer = {
  url: string
  /** Its name in `iss`: as Auth0's, with a slash at its end. */
  issuer: string
  /** The app's own API. */
  audience: string
  /** Another API of the tenant, with the same scopes: its tokens are not for the app. */
  otherAudience: string
  appUrls: readonly string[]
  /** The paths that were asked for since it began, in order. */
  asked: readonly string[]
  client: { id: string; secret: string }
  /** The application that all SPAs share: public, with PKCE. */
  spaClientId: string
  /** The machine-to-machine application that may do everything. */
  machine: Machine
  machines: Record<MachineName, Machine>
  /** Signs any claims with the issuer's key, for tokens that it would never give. */
  sign: (claims: JWTPayload, header?: Partial<JWTHeaderParameters>) => Promise<string>
  close: () => Promise<void>
}

export type LoginOptions = {
  port: number
  /** Every origin at which the app answers: callbacks and logout returns are registered for each. */
  appUrls: readonly string[]
  /** The origins of SPAs: they log in at their `/`, and come back there from a logout. */
  spaUrls?: readonly string[]
  audience?: string
  /** An IP address in place of localhost, as a name that Auth0 never has. */
  host?: 'localhost' | '127.0.0.1'
  /** As issuers other than Auth0 are: how the app proves itself, and where name and e-mail stand. */
  isPlainOpenId?: boolean
}

/**
 * A login issuer that behaves as an Auth0 tenant does, with Auth0's paths, at http://localhost.
 * @throws {Error} that names the port, when it is taken
 */
export async function startLogin({
  port,
  appUrls,
  spaUrls = [],
  audience = 'https://grantkeeper.example/api',
  host = 'localhost',
  isPlainOpenId = false,
}: LoginOptions): Promise<LoginIssuer> {
  const client = { id: 'grantkeeper-web', secret: crypto.randomUUID() }
  const machines = loginMachines()
  const audiences = [audience, otherAudience]
  const key = await signingKey()
  let answer = (_: IncomingMessage, response: ServerResponse): unknown => response.end()
  const asked: string[] = []
  const heard = (request: IncomingMessage, response: ServerResponse) => {
    asked.push((request.url ?? '').replace(/\?.*/, ''))
    return answer(request, response)
  }
  const server = await listen(heard, { name: 'login issuer', port })
  const url = `http://${host}:${server.port}`
  const issuer = `${url}/`
  const clients = { client, spaClientId, machines: Object.values(machines) }
  const registered = { appUrls, spaUrls, audiences, ...clients, key, isPlainOpenId }
  const provider = new Provider(issuer, loginConfiguration(registered))
  answer = router(provider, [...appUrls, ...spaUrls])
  return {
    ...{ url, issuer, audience, otherAudience, appUrls, asked, client, spaClientId, machines },
    machine: machines.jobs,
    sign: signer(key),
    close: server.close,
  }
}

const spaClientId = 'spas'

const otherAudience = 'https://elsewhere.example/api'

function signer(key: JWK): LoginIssuer['sign'] {
  return async (claims, header = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT', ...header })
      .sign(await importJWK(key, 'RS256'))
}

function router(provider: Provider, returnUrls: readonly string[]) {
  const standard = provider.callback()
  return async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const url = new URL(request.url ?? '/', provider.issuer)
    if (url.pathname === '/v2/logout' || url.pathname === '/oidc/logout') {
      await tellOfLogout(provider, request)
      return logOut({ url, response, provider, returnUrls })
    }
    if (!url.pathname.startsWith('/u/login/')) return standard(request, response)
    return interact(provider, request, response).catch(() =>
      sendPage(response, loginProblemPage('the page is too old, or was opened twice.'), 400),
    )
  }
}

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, uid } = await provider.interactionDetails(request, response)
  // First party: consent is never asked for, even where the app asks for the prompt.
  if (prompt.name === 'consent')
    return provider.interactionFinished(request, response, { consent: {} })
  const chosen = new URLSearchParams(request.method === 'POST' ? await readBody(request) : '')
  const user = loginUsers.find(({ login }) => login === chosen.get('user'))
  if (!user) return sendPage(response, loginPage({ users: loginUsers, path: `/u/login/${uid}` }))
  await provider.interactionFinished(request, response, { login: { accountId: user.sub } })
}

/** Every app with a session in this browser hears that it is over; one that is away does not keep it. */
async function tellOfLogout(provider: Provider, { headers }: IncomingMessage): Promise<void> {
  const name = provider.cookieName('session')
  const id = new RegExp(`(?:^|; ?)${name}=([^;]+)`).exec(headers.cookie ?? '')?.[1]
  const session = id === undefined ? undefined : await provider.Session.find(id)
  for (const clientId of Object.keys(session?.authorizations ?? {})) {
    const client = await provider.Client.find(clientId)
    const sid = session?.sidFor(clientId)
    if (client?.backchannelLogoutUri && sid !== undefined)
      await tell(client, session?.accountId ?? '', sid).catch(() => {})
  }
  await session?.destroy()
}

/** A method that the types of the library do not know. */
function tell(client: unknown, sub: string, sid: string): Promise<void> {
  type Told = { backchannelLogout: (sub: string, sid: string) => Promise<void> }
  return (client as Told).backchannelLogout(sub, sid)
}

/** Ends the issuer's session without a question, as Auth0 does, and goes where the app is. */
function logOut({
  url,
  response,
  provider,
  returnUrls,
}: {
  url: URL
  response: ServerResponse
  provider: Provider
  returnUrls: readonly string[]
}): void {
  const wanted =
    url.searchParams.get('returnTo') ?? url.searchParams.get('post_logout_redirect_uri')
  const target = URL.canParse(wanted ?? '') ? new URL(wanted ?? '') : undefined
  if (wanted && !returnUrls.includes(target?.origin ?? '')) {
    sendPage(response, loginProblemPage('the return URL of the logout is unknown.'), 400)
    return
  }
  const name = provider.cookieName('session')
  response.writeHead(302, {
    'set-cookie': `${name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly`,
    location: target?.href ?? returnUrls[0] ?? '/',
    'cache-control': 'no-store',
  })
  response.end()
}
