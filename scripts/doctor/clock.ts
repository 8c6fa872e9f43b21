import { sql } from 'drizzle-orm'
import type { Database } from '#db'
import { type Finding, fault, good } from './finding.ts'

/**
 * This machine's clock against the database's, by which leases and lifetimes are measured.
 * @param now this machine's time, milliseconds
 */
export async function examineClock(
  { db, clock }: Pick<Database, 'db' | 'clock'>,
  now: () => number = Date.now,
): Promise<Finding> {
  const before = now()
  const [row] = await db.select({ at: sql`${clock}`.mapWith(Number) }).from(sql`(select 1) as one`)
  const after = now()
  // A slow answer says less: within the time that it took, the clock may have said this at any moment.
  const doubt = (after - before) / 2
  const difference = Math.abs((before + after) / 2 - (row?.at ?? 0))
  return compareClocks(Math.max(0, difference - doubt), "the database's")
}

/** @param differenceMs how far this machine's clock is from the other one */
export function compareClocks(differenceMs: number, whose: string): Finding {
  const seconds = Math.round(differenceMs / 1000)
  if (seconds < tolerableS) return good('Clock', `It agrees with ${whose}.`)
  return fault(
    'Clock',
    `This machine's clock and ${whose} are ${seconds} seconds apart`,
    'Set both by NTP: attempts would end too early or too late, and logins fail.',
  )
}

/** What ID tokens are forgiven (OpenID Connect Core §3.1.3.7). */
const tolerableS = 30
