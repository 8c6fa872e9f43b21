import { betterAuth } from 'better-auth'
import { genericOAuth } from 'better-auth/plugins'
import Database from 'better-sqlite3'

/**
 * better-auth as its documentation sets it up, at its fastest: SQLite with our own journal mode, no
 * rate limit, tokens in the clear (`encryptOAuthTokens` is off by default), no session cache, which
 * made it slower.
 */
export function openAuth() {
  const { BENCH_DATABASE = '', BENCH_SECRET = '', BENCH_PROVIDER = '', PORT = '3000' } = process.env
  return betterAuth({
    database: connect(BENCH_DATABASE),
    secret: BENCH_SECRET,
    baseURL: `http://127.0.0.1:${PORT}`,
    trustedOrigins: ['http://app.test'],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error' },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: 'acme',
            clientId: 'client',
            clientSecret: 'secret',
            authorizationUrl: `${BENCH_PROVIDER}/authorize`,
            tokenUrl: `${BENCH_PROVIDER}/token`,
          },
        ],
      }),
    ],
  })
}

function connect(file) {
  const database = new Database(file, { timeout: 3000 })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  return database
}
