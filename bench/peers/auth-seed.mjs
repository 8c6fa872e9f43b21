import { createHmac } from 'node:crypto'
import { getMigrations } from 'better-auth/db/migration'
import Database from 'better-sqlite3'
import { openAuth } from './auth.mjs'

// Writes users, each with a session and an account at acme, and prints their cookies as JSON.
const [count = '1', life = '3600'] = process.argv.slice(2)
const { options } = openAuth()
const migrations = await getMigrations(options)
await migrations.runMigrations()

const database = new Database(process.env.BENCH_DATABASE)
const now = new Date()
const stamp = now.toISOString()
const at = (seconds) => new Date(now.getTime() + seconds * 1000).toISOString()
const insert = {
  user: database.prepare(
    'insert into user (id, name, email, emailVerified, createdAt, updatedAt) values (?, ?, ?, 1, ?, ?)',
  ),
  session: database.prepare(
    'insert into session (id, token, userId, expiresAt, createdAt, updatedAt) values (?, ?, ?, ?, ?, ?)',
  ),
  account: database.prepare(
    `insert into account (id, accountId, providerId, userId, accessToken, refreshToken,
       accessTokenExpiresAt, scope, createdAt, updatedAt) values (?, ?, 'acme', ?, ?, ?, ?, ?, ?, ?)`,
  ),
}
const cookies = []
database.transaction(() => {
  for (let n = 0; n < Number(count); n += 1) {
    const [user, token] = [`user${n}`, `session-token-${String(n).padStart(18, '0')}`]
    insert.user.run(user, 'Ada', `${user}@example.com`, stamp, stamp)
    insert.session.run(`session${n}`, token, user, at(7 * 86_400), stamp, stamp)
    const access = `AT.their${n}.0`.padEnd(48, 'x')
    const expiry = at(Number(life))
    insert.account.run(
      ...[
        `account${n}`,
        `acme_${n}`,
        user,
        access,
        `RT.their${n}.0`,
        expiry,
        'profile',
        stamp,
        stamp,
      ],
    )
    const signature = createHmac('sha256', process.env.BENCH_SECRET).update(token).digest('base64')
    cookies.push(`better-auth.session_token=${encodeURIComponent(`${token}.${signature}`)}`)
  }
})()
console.log(JSON.stringify(cookies))
