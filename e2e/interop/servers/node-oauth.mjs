// https://node-oauthoauth2-server.readthedocs.io/en/master/guide/model.html, with the model in memory.
import OAuth2Server from '@node-oauth/oauth2-server'
import { askConsent, clients, listen, personOf, site } from './site.mjs'

const { Request, Response } = OAuth2Server
const codes = new Map()
const tokens = []
const model = {
  async getClient(id, secret) {
    const client = clients.find((one) => one.id === id)
    if (!client || (secret !== null && secret !== client.secret)) return false
    return { ...client, grants: ['authorization_code', 'refresh_token'] }
  },
  saveAuthorizationCode(code, client, user) {
    codes.set(code.authorizationCode, { ...code, client, user })
    return codes.get(code.authorizationCode)
  },
  getAuthorizationCode: (code) => codes.get(code),
  revokeAuthorizationCode: ({ authorizationCode }) => codes.delete(authorizationCode),
  saveToken(token, client, user) {
    tokens.push({ ...token, client, user })
    return tokens.at(-1)
  },
  getAccessToken: (token) => tokens.find((one) => one.accessToken === token),
  getRefreshToken: (token) => tokens.find((one) => one.refreshToken === token),
  revokeToken: (token) => end((one) => one.refreshToken === token.refreshToken),
  validateScope: (_user, _client, scope) => scope ?? ['profile'],
}
const server = new OAuth2Server({ model, accessTokenLifetime: 10 })

const app = site()
app.get('/authorize', async (req, res) => {
  const { client_id, redirect_uri } = req.query
  const client = clients.find((one) => one.id === client_id)
  if (!client?.redirectUris.includes(redirect_uri)) return res.status(400).send('Unknown client')
  askConsent(res, `/authorize?${new URLSearchParams(req.query)}`, {})
})
app.post('/authorize', async (req, res) => {
  req.body.allowed = String(req.body.decision === 'allow')
  const authenticateHandler = { handle: () => personOf(req) }
  await answer(req, res, (request, response) =>
    server.authorize(request, response, { authenticateHandler }),
  )
})
app.post('/token', (req, res) =>
  answer(req, res, (request, response) => server.token(request, response)),
)
app.get('/api/me', (req, res) =>
  answer(req, res, async (request, response) => {
    response.body = (await server.authenticate(request, response)).user
  }),
)
app.post('/connections/end', (req, res) => {
  end(({ user }) => user === personOf(req))
  res.send('Ended')
})
app.post('/clock/codes', (_req, res) => {
  for (const code of codes.values()) code.expiresAt = new Date(0)
  res.send('All codes have run out')
})
listen(app)

function end(isEnded) {
  const doomed = tokens.filter(isEnded)
  for (const token of doomed) tokens.splice(tokens.indexOf(token), 1)
  return doomed.length > 0
}

/** As its wrapper for Express does: https://github.com/node-oauth/express-oauth-server */
async function answer(req, res, work) {
  const response = new Response(res)
  try {
    await work(new Request(req), response)
    send(res, response)
  } catch (error) {
    if (response.headers.location) return send(res, response)
    res.set(response.headers).status(error.code || 500)
    res.json({ error: error.name, error_description: error.message })
  }
}

function send(res, { status, headers, body }) {
  if (status === 302) return res.set(headers).redirect(headers.location)
  res.set(headers).status(status).json(body)
}
