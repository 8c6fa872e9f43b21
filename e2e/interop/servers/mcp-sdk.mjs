// https://github.com/modelcontextprotocol/typescript-sdk, as its example demoInMemoryOAuthProvider, with the
// refresh tokens that the example leaves out.
import { randomUUID } from 'node:crypto'
import { InvalidGrantError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import { askConsent, clients, deny, listen, personOf, site, url } from './site.mjs'

const codes = new Map()
const tokens = []
const provider = {
  clientsStore: {
    getClient(id) {
      const client = clients.find((one) => one.id === id)
      const { secret: client_secret, redirectUris: redirect_uris } = client ?? {}
      return client && { client_id: id, client_secret, redirect_uris }
    },
  },
  async authorize(client, { state, codeChallenge, redirectUri, scopes = [] }, res) {
    const id = client.client_id
    askConsent(res, '/decision', { id, state, codeChallenge, redirectUri, scopes })
  },
  async challengeForAuthorizationCode(_client, code) {
    return codeOf(code).codeChallenge
  },
  async exchangeAuthorizationCode(client, code) {
    const { id, person, scopes } = codeOf(code)
    codes.delete(code)
    if (id !== client.client_id) throw new InvalidGrantError('The code is of another client')
    return issue({ id, person, scopes })
  },
  async exchangeRefreshToken(client, refresh) {
    const old = tokens.find((one) => one.refresh === refresh && one.id === client.client_id)
    if (!old) throw new InvalidGrantError('No such refresh token')
    end((one) => one === old)
    return issue(old)
  },
  async verifyAccessToken(access) {
    const { id: clientId, scopes, expiresAt, person } = tokens.find((one) => one.access === access)
    return { token: access, clientId, scopes: [scopes], expiresAt, extra: { person } }
  },
  async revokeToken(_client, { token }) {
    end((one) => one.refresh === token || one.access === token)
  },
}

const app = site()
app.use(mcpAuthRouter({ provider, issuerUrl: new URL(url), ...unlimited() }))
app.post('/decision', (req, res) => {
  const { decision, redirectUri, state, ...asked } = req.body
  if (decision !== 'allow') return deny(res, { redirect_uri: redirectUri, state })
  const code = randomUUID()
  codes.set(code, { ...asked, person: personOf(req), isExpired: false })
  res.redirect(`${redirectUri}?${new URLSearchParams({ code, state })}`)
})
app.get('/api/me', requireBearerAuth({ verifier: provider }), (req, res) =>
  res.json(req.auth.extra.person),
)
app.post('/connections/end', (req, res) => {
  end(({ person }) => person === personOf(req))
  res.send('Ended')
})
app.post('/clock/codes', (_req, res) => {
  for (const code of codes.values()) code.isExpired = true
  res.send('All codes have run out')
})
listen(app)

function codeOf(code) {
  const given = codes.get(code)
  if (!given || given.isExpired) throw new InvalidGrantError('No such code')
  return given
}

function issue({ id, person, scopes }) {
  const expiresAt = Math.floor(Date.now() / 1000) + 10
  const token = { access: randomUUID(), refresh: randomUUID(), id, person, scopes, expiresAt }
  tokens.push(token)
  const { access: access_token, refresh: refresh_token } = token
  return { access_token, refresh_token, token_type: 'Bearer', expires_in: 10, scope: scopes }
}

function end(isEnded) {
  for (const token of tokens.filter(isEnded)) tokens.splice(tokens.indexOf(token), 1)
}

/** Its limits are fifty an hour and less, which a suite uses up. */
function unlimited() {
  const rateLimit = false
  return {
    authorizationOptions: { rateLimit },
    tokenOptions: { rateLimit },
    revocationOptions: { rateLimit },
  }
}
