import { and, asc, eq, gt, isNull } from 'drizzle-orm'
import { database } from '#db'
import { goOn } from './background.ts'
import { env } from './env.ts'
import { GrantkeeperError } from './errors.ts'
import { oncePerProcess } from './process.ts'
import { logEvent } from './telemetry.ts'
import { adoptsUntil, vouchingKey } from './vault-canary.ts'
import { isMacOf, isOutdated, macOf } from './vault-mac.ts'

/** A row of `users`, as far as grants hang on it: its id is what tokens are sealed to. */
export type Bond = { id: string; issuer: string; sub: string; org: string }

/**
 * The vault's word that this id belongs to this login. Whoever writes it has seen the login prove itself,
 * or is the administrator. Only after `checkCanary`: a wrong key's word is worth nothing later.
 */
export function bondOf(user: Bond): string {
  return macOf('user', partsOf(user))
}

/**
 * Refuses a row that the vault does not vouch for: who can only write the database makes nobody's id another's.
 * A row of before there were such words is taken as it is, and given one, for two days after the upgrade.
 * @throws {GrantkeeperError} `credential_unreadable`; `storage_unavailable` also while the keys are wrong
 */
export async function assertBound(user: Bond & { mac: string | null }): Promise<void> {
  if (isMacOf(user.mac, 'user', partsOf(user))) {
    if (user.mac !== null && isOutdated(user.mac)) goOn(renew(user))
    return
  }
  if (user.mac === null && Date.now() < (await adoptsUntil())) return adoptAll([user])
  logEvent('error', 'user_not_bound')
  throw new GrantkeeperError('credential_unreadable')
}

/**
 * Gives the vault's word for rows that lack it while that may be done, and the present key's for those that have
 * another one's. Each process goes over the table once, and hourly in the days after an upgrade.
 * @param until by `performance.now()`, after which the next call goes on
 */
export async function renewBonds(until: number): Promise<void> {
  const adoptionEnd = await adoptsUntil()
  const slot = oncePerProcess('bonds', (): Progress => ({ after: '', nextAt: 0 }))
  const isAdopting = Date.now() < adoptionEnd
  const number = vouchingKey()
  const isDone = slot.doneFor === number && Date.now() < slot.nextAt
  if (isDone || (!isAdopting && env().VAULT_KEYS.size === 1)) return
  const giveWayAt = Math.min(until, performance.now() + turnMs)
  while (performance.now() < giveWayAt) {
    const page = await pageAfter(slot.after)
    await adoptAll(page.filter((user) => isDue(user, isAdopting)))
    slot.after = page.at(-1)?.id ?? ''
    if (page.length === pageSize) continue
    slot.nextAt = isAdopting ? Date.now() + 3_600_000 : Number.POSITIVE_INFINITY
    slot.after = ''
    slot.doneFor = number
    return
  }
}

type Progress = {
  after: string
  nextAt: number
  /** The key that all are vouched for by. */
  doneFor?: number
}

type Row = Bond & { mac: string | null }

/** Read in so short turns that nobody waits for it. */
const pageSize = 500

/** Milliseconds of one round: grants that are due wait for the next. */
const turnMs = 15_000

async function pageAfter(last: string): Promise<Row[]> {
  const { db, tables } = await database()
  const { users } = tables
  const { id, issuer, sub, org, mac } = users
  return db
    .select({ id, issuer, sub, org, mac })
    .from(users)
    .where(gt(id, last))
    .orderBy(asc(id))
    .limit(pageSize)
}

function isDue(user: Row, isAdopting: boolean): boolean {
  if (user.mac === null) return isAdopting
  return isOutdated(user.mac) && isMacOf(user.mac, 'user', partsOf(user))
}

/** A key that a user still needs is renewed by use too: an instance that knew only the older may have been late. */
async function renew(user: Row): Promise<void> {
  try {
    await adoptAll([user])
  } catch (cause) {
    logEvent('warn', 'user_not_renewed', { cause })
  }
}

/** If a row has become another meanwhile, the word is for what it was, and no good. */
async function adoptAll(users: Row[]): Promise<void> {
  if (users.length === 0) return
  const { atomically, tables } = await database()
  const { id, mac } = tables.users
  await atomically((tx) =>
    users.map(({ mac: before, ...user }) => ({
      query: tx
        .update(tables.users)
        .set({ mac: bondOf(user) })
        .where(and(eq(id, user.id), before === null ? isNull(mac) : eq(mac, before))),
      expect: 'any' as const,
    })),
  )
}

function partsOf({ id, issuer, sub, org }: Bond): string[] {
  return [id, issuer, sub, org]
}
