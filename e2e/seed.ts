import { randomUUID } from 'node:crypto'
import type { Row, Rows } from './rows.ts'

type Values = Record<string, string | number | null>

/**
 * Writes a grant of a user into the database, as the app would have: for pages in states that take
 * long to reach. It has no tokens, but what `refreshable` says.
 * @param values laid over the columns; an active grant of Acme Music, three days old, if nothing is
 */
export async function seedGrant(rows: Rows, values: Values = {}, user = 'alice'): Promise<string> {
  const id = randomUUID()
  const then = Date.now() - 3 * day
  await insert(rows, 'grants', {
    id,
    user_id: await userId(rows, user),
    provider: 'acme',
    account_id: `acme_${id.slice(0, 8)}`,
    account_label: 'Ada Lovelace',
    status: 'active',
    scope: 'openid profile playlists.read',
    requested_scope: 'openid profile playlists.read',
    connected_at: then,
    created_at: then,
    updated_at: Date.now() - 12 * minute,
    ...values,
  })
  return id
}

/** Writes an event of the user's trail. */
export async function seedEvent(rows: Rows, values: Values = {}, user = 'alice'): Promise<void> {
  await insert(rows, 'events', {
    id: randomUUID(),
    user_id: await userId(rows, user),
    grant_id: null,
    provider: 'acme',
    type: 'connected',
    actor: 'user',
    created_at: Date.now() - 12 * minute,
    ...values,
  })
}

/** Writes what all instances know of a provider that gives trouble. */
export async function seedTrouble(rows: Rows, values: Values): Promise<void> {
  await insert(rows, 'provider_states', { provider: 'acme', failures: 3, ...values })
}

/** Values of a grant that must be, and could be, refreshed. Nothing opens this token. */
export const refreshable = { refresh_token: 'sealed' }

export const minute = 60_000
export const day = 24 * 60 * minute

async function userId(rows: Rows, name: string): Promise<string> {
  const row = (await rows.all('users')).find(({ sub }: Row) => sub === `auth0|${name}`)
  if (typeof row?.id !== 'string') throw new Error(`${name} has never been at the app`)
  return row.id
}

async function insert(
  rows: Rows,
  table: 'grants' | 'events' | 'provider_states',
  values: Values,
): Promise<void> {
  const literals = Object.values(values).map(literal)
  await rows.execute(
    `insert into ${table} (${Object.keys(values).join(', ')}) values (${literals.join(', ')})`,
  )
}

function literal(value: string | number | null): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}
