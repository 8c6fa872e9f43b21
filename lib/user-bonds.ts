import { and, asc, eq, gt } from 'drizzle-orm'
import { database } from '#db'
import { env } from './env.ts'
import { GrantkeeperError } from './errors.ts'
import { oncePerProcess } from './process.ts'
import { logEvent } from './telemetry.ts'
import { adoptsUntil } from './vault-canary.ts'
import { isMacOf, isNewest, macOf } from './vault-mac.ts'

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
  if (isMacOf(user.mac, 'user', partsOf(user))) return
  if (user.mac === null && Date.now() < (await adoptsUntil())) return adopt(user)
  logEvent('error', 'user_not_bound')
  throw new GrantkeeperError('credential_unreadable')
}

/**
 * Gives the vault's word for rows that lack it while that may be done, and the newest key's for those that have
 * an older one's. Each process goes over the table once, and hourly in the days after an upgrade.
 * @param until by `performance.now()`, after which the next call goes on
 */
export async function renewBonds(until: number): Promise<void> {
  const adoptionEnd = await adoptsUntil()
  const slot = oncePerProcess('bonds', (): { after: string; nextAt: number } => ({
    after: '',
    nextAt: 0,
  }))
  const isAdopting = Date.now() < adoptionEnd
  if (Date.now() < slot.nextAt || (!isAdopting && env().VAULT_KEYS.size === 1)) return
  while (performance.now() < until) {
    const page = await pageAfter(slot.after)
    for (const user of page) await renew(user, isAdopting)
    slot.after = page.at(-1)?.id ?? ''
    if (page.length === pageSize) continue
    slot.nextAt = isAdopting ? Date.now() + 3_600_000 : Number.POSITIVE_INFINITY
    slot.after = ''
    return
  }
}

type Row = Bond & { mac: string | null }

/** Read in so short turns that nobody waits for it. */
const pageSize = 500

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

async function renew(user: Row, isAdopting: boolean): Promise<void> {
  const isRenewable = user.mac !== null && !isNewest(user.mac)
  const isOurs = user.mac === null ? isAdopting : isMacOf(user.mac, 'user', partsOf(user))
  if ((user.mac === null || isRenewable) && isOurs) await adopt(user)
}

/** If the row has become another meanwhile, the word is for what it was, and no good. */
async function adopt({ mac: before, ...user }: Row): Promise<void> {
  const { db, tables } = await database()
  const { id, mac } = tables.users
  await db
    .update(tables.users)
    .set({ mac: bondOf(user) })
    .where(and(eq(id, user.id), before === null ? undefined : eq(mac, before)))
}

function partsOf({ id, issuer, sub, org }: Bond): string[] {
  return [id, issuer, sub, org]
}
