import express from 'express'
import session from 'express-session'
import grant from 'grant'

const { PORT, BENCH_PROVIDER } = process.env

/** `grant` on Express, as its documentation shows it. */
express()
  .get('/empty', (_request, response) => response.json({}))
  .use(session({ secret: 'grant', saveUninitialized: true, resave: false }))
  .use(
    grant.express({
      defaults: { origin: `http://127.0.0.1:${PORT}`, transport: 'session', state: true },
      acme: {
        authorize_url: `${BENCH_PROVIDER}/authorize`,
        access_url: `${BENCH_PROVIDER}/token`,
        oauth: 2,
        key: 'client',
        secret: 'secret',
        scope: ['profile', 'files.read'],
        pkce: true,
        callback: '/done',
      },
    }),
  )
  .listen(Number(PORT), '127.0.0.1')
