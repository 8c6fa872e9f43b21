// https://tsoauth2server.com/docs/getting_started/, with the repositories in memory.
import { randomUUID } from 'node:crypto'
import { AuthorizationServer, DateInterval, JwtService } from '@jmondi/oauth2-server'
import {
  handleExpressError,
  handleExpressResponse,
  requestFromExpress,
} from '@jmondi/oauth2-server/express'
import { askConsent, clients, deny, listen, people, personOf, site } from './site.mjs'

const scopes = [{ name: 'profile' }]
const codes = new Map()
const tokens = new Map()
const clientRepository = {
  async getByIdentifier(id) {
    const client = clients.find((one) => one.id === id)
    const allowedGrants = ['authorization_code', 'refresh_token']
    return client && { ...client, name: id, allowedGrants, scopes }
  },
  isClientValid: async (_grant, client, secret) => client.secret === secret,
}
const tokenRepository = {
  issueToken: async (client, granted, user) => ({
    accessToken: randomUUID(),
    accessTokenExpiresAt: new Date(),
    client,
    user,
    scopes: granted,
  }),
  async issueRefreshToken(token) {
    token.refreshToken = randomUUID()
    token.refreshTokenExpiresAt = new DateInterval('14d').getEndDate()
    tokens.set(token.accessToken, token)
    return token
  },
  persist: async (token) => void tokens.set(token.accessToken, token),
  revoke: async (token) => end(token),
  isRefreshTokenRevoked: async (token) => token.refreshTokenExpiresAt <= new Date(),
  getByRefreshToken: async (id) => [...tokens.values()].find((one) => one.refreshToken === id),
  getByAccessToken: async (id) => tokens.get(id),
}
const authCodeRepository = {
  getByIdentifier: async (code) => codes.get(code),
  issueAuthCode: (client, user, granted) => ({
    code: randomUUID(),
    client,
    user,
    scopes: granted,
    expiresAt: new DateInterval('10m').getEndDate(),
  }),
  persist: async (code) => void codes.set(code.code, code),
  isRevoked: async (code) => codes.get(code).expiresAt <= new Date(),
  revoke: async (code) => {
    codes.get(code).expiresAt = new Date(0)
  },
}
const userRepository = {
  getUserByCredentials: async (id) => Object.values(people).find((one) => one.id === id),
}
const jwt = new JwtService('a secret of this server')
const server = new AuthorizationServer(
  clientRepository,
  tokenRepository,
  { getAllByIdentifiers: async () => scopes, finalize: async (asked) => asked },
  jwt,
)
const life = new DateInterval('10s')
server.enableGrantType({ grant: 'authorization_code', userRepository, authCodeRepository }, life)
server.enableGrantType('refresh_token', life)

const app = site()
app.get('/authorize', (req, res) =>
  answer(res, async () => {
    await server.validateAuthorizationRequest(requestFromExpress(req))
    askConsent(res, `/authorize?${new URLSearchParams(req.query)}`, {})
  }),
)
app.post('/authorize', (req, res) =>
  answer(res, async () => {
    const request = await server.validateAuthorizationRequest(requestFromExpress(req))
    if (req.body.decision !== 'allow') return deny(res, req.query)
    request.user = personOf(req)
    request.isAuthorizationApproved = true
    handleExpressResponse(res, await server.completeAuthorizationRequest(request))
  }),
)
app.post('/token', (req, res) =>
  answer(res, async () =>
    handleExpressResponse(res, await server.respondToAccessTokenRequest(requestFromExpress(req))),
  ),
)
app.post('/token/revoke', (req, res) =>
  answer(res, async () => handleExpressResponse(res, await server.revoke(requestFromExpress(req)))),
)
app.get('/api/me', async (req, res) => {
  const payload = await jwt.verify(req.headers.authorization?.slice(7)).catch(() => undefined)
  const { user } = (payload && tokens.get(payload.jti)) ?? {}
  if (user) res.json(user)
  else res.sendStatus(401)
})
app.post('/connections/end', (req, res) => {
  for (const token of tokens.values()) if (token.user === personOf(req)) end(token)
  res.send('Ended')
})
listen(app)

function end(token) {
  token.accessTokenExpiresAt = token.refreshTokenExpiresAt = new Date(0)
}

async function answer(res, work) {
  await work().catch((error) => handleExpressError(error, res))
}
