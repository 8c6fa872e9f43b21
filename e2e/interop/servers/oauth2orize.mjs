// https://github.com/jaredhanson/oauth2orize#usage, with passport's strategies as it wires them.
import { createHash, randomUUID } from 'node:crypto'
import session from 'express-session'
import oauth2orize from 'oauth2orize'
import pkce from 'oauth2orize-pkce'
import passport from 'passport'
import { BasicStrategy } from 'passport-http'
import BearerStrategy from 'passport-http-bearer'
import { Strategy as ClientPasswordStrategy } from 'passport-oauth2-client-password'
import { askConsent, clients, listen, personOf, site } from './site.mjs'

const codes = new Map()
const tokens = []
const clientOf = (id) => clients.find((one) => one.id === id)
const isClient = (id, secret, done) => {
  const client = clientOf(id)
  done(null, client?.secret === secret ? client : false)
}
passport.use(new BasicStrategy(isClient))
passport.use(new ClientPasswordStrategy(isClient))
passport.use(
  new BearerStrategy((access, done) =>
    done(null, tokens.find((one) => one.access === access)?.user ?? false),
  ),
)

const server = oauth2orize.createServer()
server.serializeClient((client, done) => done(null, client.id))
server.deserializeClient((id, done) => done(null, clientOf(id)))
server.grant(pkce.extensions())
server.grant(
  oauth2orize.grant.code((client, redirectUri, user, _ares, areq, done) => {
    const code = randomUUID()
    codes.set(code, { client, redirectUri, user, areq, isExpired: false })
    done(null, code)
  }),
)
server.exchange(
  oauth2orize.exchange.code((client, code, redirectUri, body, done) => {
    const given = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256')
      .update(body.code_verifier ?? '')
      .digest('base64url')
    const isGood =
      given?.client === client &&
      given.redirectUri === redirectUri &&
      given.areq.codeChallenge === challenge &&
      !given.isExpired
    if (!isGood) return done(null, false)
    issue(client, given.user, given.areq.scope, done)
  }),
)
server.exchange(
  oauth2orize.exchange.refreshToken((client, refresh, _scope, done) => {
    const old = tokens.find((one) => one.refresh === refresh && one.client === client)
    if (!old) return done(null, false)
    end((one) => one === old)
    issue(client, old.user, old.scope, done)
  }),
)

const app = site()
app.use(session({ secret: 'of this server', resave: false, saveUninitialized: true }))
app.use((req, _res, next) => {
  req.user = personOf(req)
  next()
})
app.get(
  '/dialog/authorize',
  server.authorize((id, redirectUri, done) => {
    const client = clientOf(id)
    done(null, client?.redirectUris.includes(redirectUri) ? client : false, redirectUri)
  }),
  (req, res) =>
    askConsent(res, '/dialog/authorize/decision', { transaction_id: req.oauth2.transactionID }),
)
app.post(
  '/dialog/authorize/decision',
  (req, _res, next) => {
    if (req.body.decision === 'deny') req.body.cancel = 'Deny'
    next()
  },
  server.decision(),
)
app.post(
  '/token',
  passport.authenticate(['basic', 'oauth2-client-password'], { session: false }),
  server.token(),
  server.errorHandler(),
)
app.get('/api/me', passport.authenticate('bearer', { session: false }), (req, res) =>
  res.json(req.user),
)
app.post('/connections/end', (req, res) => {
  end(({ user }) => user === personOf(req))
  res.send('Ended')
})
app.post('/clock/codes', (_req, res) => {
  for (const code of codes.values()) code.isExpired = true
  res.send('All codes have run out')
})
listen(app)

function issue(client, user, scope, done) {
  const token = { access: randomUUID(), refresh: randomUUID(), client, user, scope }
  tokens.push(token)
  done(null, token.access, token.refresh, { expires_in: 10 })
}

function end(isEnded) {
  for (const token of tokens.filter(isEnded)) tokens.splice(tokens.indexOf(token), 1)
}
