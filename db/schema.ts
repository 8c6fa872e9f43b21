import { sql } from 'drizzle-orm'
import type { columns as postgresColumns } from './postgres.ts'

/**
 * The tables, once for both dialects. Times are milliseconds since the epoch, JSON is text, ids are
 * UUIDs as text. What is called sealed has been through the vault and says nothing without its key.
 */
export function defineTables(columns: Columns) {
  return {
    users: users(columns),
    grants: grants(columns),
    usedTransactions: usedTransactions(columns),
    completions: completions(columns),
    pendingRevocations: pendingRevocations(columns),
    events: events(columns),
    vaultCanaries: vaultCanaries(columns),
    providerStates: providerStates(columns),
    apiKeys: apiKeys(columns),
    rateLimits: rateLimits(columns),
    endedSessions: endedSessions(columns),
  }
}

/** The column kit of a dialect. Both look like the one of Postgres, which has no synchronous calls. */
export type Columns = typeof postgresColumns

export type Tables = ReturnType<typeof defineTables>
export type UserRow = Tables['users']['$inferSelect']
export type GrantRow = Tables['grants']['$inferSelect']
export type PendingRevocationRow = Tables['pendingRevocations']['$inferSelect']
export type EventRow = Tables['events']['$inferSelect']
export type ProviderStateRow = Tables['providerStates']['$inferSelect']
export type ApiKeyRow = Tables['apiKeys']['$inferSelect']
export type GrantStatus = GrantRow['status']

/** Who has ever logged in: the login's issuer and sub, and its organization where it has those. */
function users({ table, text, time, uniqueIndex }: Columns) {
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
    },
    (row) => [uniqueIndex('users_identity').on(row.issuer, row.sub, row.org)],
  )
}

/** One a user, provider and account. A disconnected one stays, without tokens, for the history. */
function grants({ table, text, integer, time, index, uniqueIndex }: Columns) {
  return table(
    'grants',
    {
      id: text('id').primaryKey(),
      userId: text('user_id').notNull(),
      provider: text('provider').notNull(),
      accountId: text('account_id').notNull().default(''),
      accountLabel: text('account_label').notNull().default(''),
      status: text('status', {
        enum: ['active', 'reauthorization_required', 'disconnected'],
      }).notNull(),
      reason: text('reason'),
      scope: text('scope').notNull().default(''),
      requestedScope: text('requested_scope').notNull().default(''),
      accessToken: text('access_token'),
      accessTokenExpiresAt: time('access_token_expires_at'),
      refreshToken: text('refresh_token'),
      refreshTokenExpiresAt: time('refresh_token_expires_at'),
      tokenType: text('token_type').notNull().default('bearer'),
      version: integer('version').notNull().default(1),
      leaseId: text('lease_id'),
      leaseUntil: time('lease_until').notNull().default(0),
      pausedAt: time('paused_at'),
      connectedAt: time('connected_at').notNull(),
      createdAt: time('created_at').notNull(),
      updatedAt: time('updated_at').notNull(),
      lastUsedAt: time('last_used_at'),
      lastUsedBy: text('last_used_by'),
      ...renewal({ text, integer, time }),
      disconnectedAt: time('disconnected_at'),
      revocation: text('revocation', { enum: ['revoked', 'unsupported', 'failed'] }),
    },
    (row) => [
      uniqueIndex('grants_living_account')
        .on(row.userId, row.provider, row.accountId)
        .where(sql`${row.status} <> 'disconnected'`),
      index('grants_user').on(row.userId, row.provider),
      index('grants_refresh_due').on(row.refreshDueAt),
    ],
  )
}

/** What is known of refreshing a grant. */
function renewal({ text, integer, time }: Pick<Columns, 'text' | 'integer' | 'time'>) {
  return {
    lastRefreshedAt: time('last_refreshed_at'),
    // When it is refreshed without being asked for, so that the refresh token does not die unused.
    refreshDueAt: time('refresh_due_at'),
    // What keeps it from being refreshed, since when, and until when nobody tries again.
    refreshError: text('refresh_error'),
    refreshFailures: integer('refresh_failures').notNull().default(0),
    refreshFailingSince: time('refresh_failing_since'),
    refreshNotBefore: time('refresh_not_before').notNull().default(0),
    // How often the present refresh token was sent without anything being written down of the
    // answer (counted before it is sent), and since when it may have been rotated unnoticed.
    unansweredSends: integer('unanswered_sends').notNull().default(0),
    inDoubtSince: time('in_doubt_since'),
  }
}

/** Transactions that came back, so that none comes back twice. Kept until they would have expired. */
function usedTransactions({ table, text, time, index }: Columns) {
  return table(
    'used_transactions',
    { id: text('id').primaryKey(), expiresAt: time('expires_at').notNull() },
    (row) => [index('used_transactions_expiry').on(row.expiresAt)],
  )
}

/** Codes that wait, unredeemed, for the SPA that asked. Sealed; named by the hash of their handle. */
function completions({ table, text, time, index }: Columns) {
  return table(
    'completions',
    {
      hash: text('hash').primaryKey(),
      sealed: text('sealed').notNull(),
      sub: text('sub').notNull(),
      org: text('org').notNull(),
      expiresAt: time('expires_at').notNull(),
    },
    (row) => [index('completions_expiry').on(row.expiresAt)],
  )
}

/** Tokens that a provider would not revoke at once. Sealed still as in the grant they came from. */
function pendingRevocations({ table, text, integer, time }: Columns) {
  return table('pending_revocations', {
    id: text('id').primaryKey(),
    grantId: text('grant_id').notNull(),
    userId: text('user_id').notNull(),
    provider: text('provider').notNull(),
    accountId: text('account_id').notNull(),
    token: text('token').notNull(),
    tokenKind: text('token_kind', { enum: ['refresh_token', 'access_token'] }).notNull(),
    version: integer('version').notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: time('next_attempt_at').notNull(),
    expiresAt: time('expires_at').notNull(),
  })
}

/** The audit trail. `detail` is a JSON object as text; `times`: what is folded, such as uses in a minute. */
function events({ table, text, integer, time, index }: Columns) {
  return table(
    'events',
    {
      id: text('id').primaryKey(),
      userId: text('user_id').notNull(),
      grantId: text('grant_id'),
      provider: text('provider'),
      type: text('type').notNull(),
      actor: text('actor').notNull(),
      detail: text('detail').notNull().default('{}'),
      times: integer('times').notNull().default(1),
      createdAt: time('created_at').notNull(),
    },
    (row) => [
      index('events_user').on(row.userId, row.createdAt),
      index('events_age').on(row.createdAt),
    ],
  )
}

/** One known text, sealed with each key, by which a wrong key is noticed before it does harm. */
function vaultCanaries({ table, text, integer, time }: Columns) {
  return table('vault_canaries', {
    keyNumber: integer('key_number').primaryKey(),
    sealed: text('sealed').notNull(),
    createdAt: time('created_at').notNull(),
  })
}

/**
 * What all instances know of a provider that does not answer as it should: no row, or no `error`, means
 * that nothing is wrong. `reference` is what a user can tell an administrator.
 */
function providerStates({ table, text, integer, time }: Columns) {
  return table('provider_states', {
    provider: text('provider').primaryKey(),
    error: text('error'),
    failures: integer('failures').notNull().default(0),
    since: time('since'),
    blockedUntil: time('blocked_until').notNull().default(0),
    reference: text('reference'),
  })
}

/** Keys of backend jobs. Of a key itself only the SHA-256 is kept. `providers`: ids with spaces, or `*`. */
function apiKeys({ table, text, time, uniqueIndex }: Columns) {
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
    },
    (row) => [
      uniqueIndex('api_keys_hash').on(row.hash),
      uniqueIndex('api_keys_name').on(row.name).where(sql`${row.revokedAt} is null`),
    ],
  )
}

/**
 * How often somebody has called, until when: as rate-limiter-flexible writes it, in this order of
 * columns. Only Postgres has rows; an SQLite file has one process, whose memory is enough.
 */
function rateLimits({ table, text, integer, time, index }: Columns) {
  return table(
    'rate_limits',
    {
      key: text('key').primaryKey(),
      points: integer('points').notNull().default(0),
      expire: time('expire'),
    },
    (row) => [index('rate_limits_expiry').on(row.expire)],
  )
}

/**
 * Sessions that the login issuer has ended (OpenID Connect Back-Channel Logout 1.0), of those that began
 * until `ended_at`: the ones of a `sid`, or where that is '' all of a `sub`. Kept as long as a session can last.
 */
function endedSessions({ table, text, time, index, uniqueIndex }: Columns) {
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
    ],
  )
}
