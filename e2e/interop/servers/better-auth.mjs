// https://better-auth.com/docs/plugins/oauth-provider, with a database in memory.
import { DatabaseSync } from 'node:sqlite'
import {
  oauthProvider,
  oauthProviderAuthServerMetadata,
  oauthProviderOpenIdConfigMetadata,
} from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import express from 'express'
import { clients, listen, people, url } from './site.mjs'

const scopes = ['openid', 'profile', 'email', 'offline_access']
const database = new DatabaseSync(':memory:')
let registered
const auth = betterAuth({
  baseURL: url,
  secret: 'a secret of this server, of thirty-two characters',
  database,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  disabledPaths: ['/token'],
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      scopes,
      accessTokenExpiresIn: 10,
      generateClientId: () => registered.id,
      generateClientSecret: () => registered.secret,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
})
await (await getMigrations(auth.options)).runMigrations()
await register()

const app = express()
app.post('/connections/end', async (req, res) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) })
  for (const table of ['oauthRefreshToken', 'oauthAccessToken', 'oauthConsent'])
    database.prepare(`delete from ${table} where userId = ?`).run(session.user.id)
  res.send('Ended')
})
app.post('/clock/codes', (_req, res) => {
  database.prepare('update verification set expiresAt = ?').run('2020-01-01T00:00:00.000Z')
  res.send('All codes have run out')
})
const metadata = {
  '/.well-known/oauth-authorization-server/api/auth': oauthProviderAuthServerMetadata(auth),
  '/api/auth/.well-known/openid-configuration': oauthProviderOpenIdConfigMetadata(auth),
}
for (const [path, answer] of Object.entries(metadata))
  app.get(path, async (_req, res) => {
    const { status, headers, body } = await answer(new Request(url + path))
    res
      .status(status)
      .set(Object.fromEntries(headers))
      .send(await new Response(body).text())
  })
app.all('/api/auth/*splat', toNodeHandler(auth))
app.get(['/sign-in', '/consent'], (_req, res) => res.send('A page of the site'))
listen(app)

/** The users sign up, and the first of them registers the clients. */
async function register() {
  let cookie
  for (const { email, name } of Object.values(people)) {
    const body = { email, name, password: 'correct horse' }
    const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true })
    cookie ??= headers.getSetCookie().map((line) => line.split(';')[0])
  }
  for (registered of clients)
    await auth.api.adminCreateOAuthClient({
      headers: new Headers({ cookie: cookie.join('; ') }),
      body: {
        // The only kind that may come back to http, here on this machine.
        application_type: 'native',
        redirect_uris: registered.redirectUris,
        post_logout_redirect_uris: registered.logoutUris ?? undefined,
        token_endpoint_auth_method: registered.auth ?? 'client_secret_post',
        enable_end_session: true,
        scope: scopes.join(' '),
      },
    })
}
