import { openRows, type Rows } from '#e2e/rows'
import { keyRing } from '#e2e/settings'
import { type SealContext, seal } from '#lib/vault'
import { macOf } from '#lib/vault-mac'

export type Seeding = {
  databaseUrl: string
  /** VAULT_KEYS. */
  keys: string
  /** Of the login. */
  issuer: string
  /** Users, with one grant at acme each. */
  count: number
  /** How many of them, spread over all, get tokens that open: those that will be asked for. */
  asked?: number
  /** When the access tokens end, and when they are due to be refreshed; both from now. */
  endsInMs?: number
  dueInMs?: number
}

/** A user that can be asked for. */
export type Person = { sub: string; userId: string; grantId: string }

/** Writes so many users and grants straight into the tables: in about 20 seconds a million. */
export async function seedGrants(seeding: Seeding): Promise<Person[]> {
  const { databaseUrl, count, asked = Math.min(count, 20_000) } = seeding
  const rows = openRows(databaseUrl)
  try {
    const isFile = databaseUrl.startsWith('file:')
    if (isFile) await rows.execute('pragma synchronous = off; pragma cache_size = -400000')
    await rows.execute(usersSql(seeding))
    await rows.execute(grantsSql(seeding))
    const step = Math.floor(count / asked)
    const people = Array.from({ length: asked }, (_, n) => personOf(n * step))
    await seedTokens(rows, people, seeding)
    // On Postgres also what its own cleaner would else begin with while others are measured.
    for (const step of isFile ? ['analyze'] : ['vacuum analyze', 'checkpoint'])
      await rows.execute(step)
    return people
  } finally {
    await rows.close()
  }
}

function personOf(n: number): Person {
  return { sub: `auth0|u${n}`, userId: idOf(n, 'u'), grantId: idOf(n, 'g') }
}

/** Ids in no order, as UUIDs are, of which this process knows which belongs to whom. */
function idOf(n: number, kind: 'u' | 'g'): string {
  const scattered = ((n * scatter) % 2 ** 32).toString(16).padStart(8, '0')
  return `${scattered}-${groups[kind]}-${n.toString(16).padStart(12, '0')}`
}

const scatter = 2_654_435_761
const groups = { u: '0000-4000-8000', g: '0000-4000-9000' }

/** The same id in SQL: of SQLite, or of Postgres. */
function idSql({ databaseUrl }: Seeding, kind: 'u' | 'g'): string {
  const scattered = `(n * ${scatter}) % 4294967296`
  return databaseUrl.startsWith('file:')
    ? `printf('%08x-${groups[kind]}-%012x', ${scattered}, n)`
    : `lpad(to_hex(${scattered}), 8, '0') || '-${groups[kind]}-' || lpad(to_hex(n), 12, '0')`
}

/** `n` from 0 on. */
function numbers({ count }: Seeding): string {
  return `with recursive numbers(n) as
    (select cast(0 as bigint) union all select n + 1 from numbers where n < ${count - 1})`
}

function usersSql(seeding: Seeding): string {
  const now = Date.now()
  return `insert into users (id, issuer, sub, name, email, created_at, seen_at)
    ${numbers(seeding)} select ${idSql(seeding, 'u')}, '${seeding.issuer}', 'auth0|u' || n,
    'Ada Lovelace', 'ada@example.com', ${now}, ${now} from numbers`
}

/** Those that nobody will ask for have a token as long as any, which does not open. */
function grantsSql(seeding: Seeding): string {
  const now = Date.now()
  const { endsInMs = day, dueInMs = 30 * day } = seeding
  const token = sealed(personOf(0), 'access_token', 'RT.0.0', seeding)
  return `insert into grants (id, user_id, provider, account_id, account_label, status, scope,
      requested_scope, access_token, access_token_expires_at, refresh_token, refresh_due_at,
      connected_at, created_at, updated_at)
    ${numbers(seeding)} select ${idSql(seeding, 'g')}, ${idSql(seeding, 'u')}, 'acme', 'acme_' || n,
    'Ada Lovelace', 'active', 'profile files.read', 'profile files.read', '${token}',
    ${now + endsInMs}, '${token}', ${now + dueInMs} + n, ${now}, ${now}, ${now} from numbers`
}

const day = 86_400_000

async function seedTokens(rows: Rows, people: Person[], seeding: Seeding): Promise<void> {
  const updates = people.map((person) => {
    const n = person.sub.slice('auth0|u'.length)
    const access = sealed(person, 'access_token', `AT.${n}.0`.padEnd(48, 'x'), seeding)
    const refresh = sealed(person, 'refresh_token', `RT.${n}.0`, seeding)
    const { userId, sub } = person
    const mac = macOf('user', [userId, seeding.issuer, sub, ''], keyRing(seeding.keys))
    return `update grants set access_token = '${access}', refresh_token = '${refresh}'
      where id = '${person.grantId}'; update users set mac = '${mac}' where id = '${userId}'`
  })
  await rows.execute(`begin; ${updates.join(';')}; commit`)
}

function sealed(
  { userId, grantId }: Person,
  field: SealContext['field'],
  token: string,
  { keys }: Seeding,
): string {
  return seal(token, { grantId, userId, provider: 'acme', version: 1, field }, keyRing(keys))
}
