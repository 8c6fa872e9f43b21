import { sql } from 'drizzle-orm'
import type { Columns } from './columns.ts'

/**
 * Who has ever logged in: the login's issuer and sub, and its organization where it has those. `mac` is the
 * vault's word that this id is theirs (lib/user-bonds.ts).
 */
export function users({ table, text, time, uniqueIndex }: Columns) {
  return table(
    'users',
    {
      id: text('id').primaryKey(),
      issuer: text('issuer').notNull(),
      sub: text('sub').notNull(),
      org: text('org').notNull().default(''),
      name: text('name').notNull().default(''),
      email: text('email').notNull().default(''),
      createdAt: time('created_at').notNull(),
      seenAt: time('seen_at').notNull(),
      disabledAt: time('disabled_at'),
      mac: text('mac'),
    },
    (row) => [uniqueIndex('users_identity').on(row.issuer, row.sub, row.org)],
  )
}

/**
 * Keys of backend jobs. Of a key itself only a keyed hash is kept (of one from before those, the SHA-256).
 * `providers`: ids with spaces, or `*`. `mac` is the vault's word that the key may do this (lib/api-keys.ts).
 */
export function apiKeys({ table, text, time, uniqueIndex }: Columns) {
  return table(
    'api_keys',
    {
      id: text('id').primaryKey(),
      name: text('name').notNull(),
      hash: text('hash').notNull(),
      providers: text('providers').notNull(),
      org: text('org'),
      createdAt: time('created_at').notNull(),
      expiresAt: time('expires_at'),
      revokedAt: time('revoked_at'),
      mac: text('mac'),
    },
    (row) => [
      uniqueIndex('api_keys_hash').on(row.hash),
      uniqueIndex('api_keys_name').on(row.name).where(sql`${row.revokedAt} is null`),
    ],
  )
}

/**
 * Sessions that have ended before their cookie, of those that began until `ended_at`: the ones of a `sid`, or
 * where that is '' all of a `sub`, as the login issuer tells it (OpenID Connect Back-Channel Logout 1.0); after a
 * logout here the one that bears our own name, `session:…`, in `sid`. Kept as long as a session can last.
 */
export function endedSessions({ table, text, time, index, uniqueIndex }: Columns) {
  return table(
    'ended_sessions',
    {
      issuer: text('issuer').notNull(),
      sid: text('sid').notNull(),
      sub: text('sub').notNull(),
      endedAt: time('ended_at').notNull(),
      expiresAt: time('expires_at').notNull(),
    },
    (row) => [
      uniqueIndex('ended_sessions_key').on(row.issuer, row.sid, row.sub),
      index('ended_sessions_expiry').on(row.expiresAt),
      // A session of which the issuer told no id is asked for by its user.
      index('ended_sessions_user').on(row.issuer, row.sub),
    ],
  )
}
