import type { Columns } from './columns.ts'

/** The audit trail. `detail` is a JSON object as text; `times`: what is folded, such as uses in a minute. */
export function events({ table, text, integer, time, index }: Columns) {
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

/**
 * What all instances know of a provider. No row, or no `error`, means that nothing is wrong. `reference` is
 * what a user can tell an administrator.
 */
export function providerStates({ table, text, integer, time }: Columns) {
  return table('provider_states', {
    provider: text('provider').primaryKey(),
    error: text('error'),
    failures: integer('failures').notNull().default(0),
    since: time('since'),
    blockedUntil: time('blocked_until').notNull().default(0),
    reference: text('reference'),
    // Until when the one call that tries a provider in trouble is waited for.
    probeUntil: time('probe_until').notNull().default(0),
    // When it last gave a token, and to which client of ours (a hash of its id).
    succeededAt: time('succeeded_at'),
    succeededClient: text('succeeded_client'),
    // Whose tokens it has refused since then: the latest few, as short hashes of user ids.
    refusedUsers: text('refused_users').notNull().default(''),
    // What it thought of our client when that was last tried without a user.
    clientVerdict: text('client_verdict', { enum: ['good', 'bad', 'unknown'] }),
    clientCheckedAt: time('client_checked_at').notNull().default(0),
  })
}

/** One known text, sealed with each key, by which a wrong key is noticed before it does harm. */
export function vaultCanaries({ table, text, integer, time }: Columns) {
  return table('vault_canaries', {
    keyNumber: integer('key_number').primaryKey(),
    sealed: text('sealed').notNull(),
    createdAt: time('created_at').notNull(),
  })
}

/**
 * How often somebody has called, until when: as rate-limiter-flexible writes it, in this order of
 * columns. Only Postgres has rows; an SQLite file has one process, whose memory is enough.
 */
export function rateLimits({ table, text, integer, time, index }: Columns) {
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
