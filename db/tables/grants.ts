import { sql } from 'drizzle-orm'
import type { Columns } from './columns.ts'

/** One a user, provider and account. A disconnected one stays, without tokens, for the history. */
export function grants({ table, text, integer, time, index, uniqueIndex }: Columns) {
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

/** Tokens that a provider would not revoke at once. Sealed still as in the grant they came from. */
export function pendingRevocations({ table, text, integer, time }: Columns) {
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
    // Since when, when last and how often the provider has refused the present refresh token in words
    // that do not say for certain that it is dead.
    refusedSince: time('refused_since'),
    refusedAt: time('refused_at'),
    refusals: integer('refusals').notNull().default(0),
    // How often the present refresh token was sent without anything being written down of the
    // answer (counted before it is sent), and since when it may have been rotated unnoticed.
    unansweredSends: integer('unanswered_sends').notNull().default(0),
    inDoubtSince: time('in_doubt_since'),
  }
}
